import { sayInConsent as say } from '../../shared/texts/consent'
import type { Ask, ProviderView, View } from '../../shared/view'
import { attemptStatus, failedAttempt, liveAttempt } from '../ui/connection'
import { ConnectionButtons } from '../ui/connection-buttons'
import { Notice } from '../ui/notice'
import { sayFault } from '../ui/say-fault'
import { StatusLine } from '../ui/status-line'

/** Stands where the login would stand that is not there: connecting goes on from here. */
export function NotConnected({
  view,
  ask,
  provider,
}: {
  view: View
  ask: Ask
  provider: ProviderView | undefined
}) {
  const name = provider?.name ?? ask.provider
  // What names a login that has gone cannot be answered by another one.
  if (!provider || ask.connection) return <p class="blocked">{say('loginGone', { provider: name })}</p>
  const attempt = liveAttempt(view, provider)
  const failed = failedAttempt(view, provider)
  return (
    <div class="unconnected">
      {attempt ? (
        <StatusLine status={attemptStatus(provider, attempt)} />
      ) : (
        <p>
          {say('notConnected', { provider: name })} {say('connectHere')}
        </p>
      )}
      {failed && <Notice tone="attention">{sayFault(failed.fault, provider)}</Notice>}
      <ConnectionButtons view={view} provider={provider} actions={[attempt ? 'cancel' : 'connect']} />
    </div>
  )
}
