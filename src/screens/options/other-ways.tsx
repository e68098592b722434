import { sayInOptions as say, sayMeaning, sayWith } from '../../shared/texts/options'
import type { ProviderView, View, Way } from '../../shared/view'
import { Button } from '../ui/button'
import { connectBy } from '../ui/connect'
import { attemptStatus, failedAttempt, liveAttempt } from '../ui/connection'
import { ConnectionButtons } from '../ui/connection-buttons'
import { Logo } from '../ui/logo'
import { Notice } from '../ui/notice'
import { Practice } from '../ui/practice'
import { sayFault } from '../ui/say-fault'
import { StatusLine } from '../ui/status-line'

/** Ways to connect besides the one that Connect takes, each with what it means; nothing where there is none. */
export function OtherWays({ view }: { view: View }) {
  const providers = view.providers.filter(({ ways }) => ways.length > 1)
  if (providers.length === 0) return null
  return (
    <div class="card">
      <h3>{say('otherWays')}</h3>
      <p class="muted">{say('otherWaysHint')}</p>
      <ul class="ways" aria-label={say('otherWays')}>
        {providers.map(provider => (
          <ProviderWays key={provider.id} view={view} provider={provider} />
        ))}
      </ul>
    </div>
  )
}

function ProviderWays({ view, provider }: { view: View; provider: ProviderView }) {
  const attempt = liveAttempt(view, provider)
  const failed = failedAttempt(view, provider)
  return (
    <li aria-label={provider.name} tabIndex={-1} data-row={`ways ${provider.id}`} data-group={provider.id}>
      <Logo provider={provider} />
      <div>
        <div class="named">
          <strong>{provider.name}</strong>
          <Practice provider={provider} />
        </div>
        {attempt && (
          <div class="underway">
            <StatusLine status={attemptStatus(provider, attempt)} />
            <ConnectionButtons view={view} provider={provider} actions={['cancel']} />
          </div>
        )}
        {/* How the usual way went is said in the popup, where it was clicked. */}
        {failed?.flow && <Notice tone="attention">{sayFault(failed.fault, provider)}</Notice>}
        <ul>
          {provider.ways.slice(1).map(way => (
            <li key={`${way.flow} ${way.key?.clientId}`}>
              <p class="muted small">{sayMeaning(way.flow, { provider: provider.name })}</p>
              <Button onClick={() => connectBy(provider, way, true)}>{wayName(provider, way)}</Button>
            </li>
          ))}
        </ul>
      </div>
    </li>
  )
}

function wayName({ name }: ProviderView, { flow, key }: Way): string {
  return key
    ? say('connectKey', { provider: name, label: key.label })
    : say('connectWith', { provider: name, way: sayWith(flow) })
}
