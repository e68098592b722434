import { sayInConsent as say } from '../../shared/texts/consent'
import type { Ask, View } from '../../shared/view'
import { accountName } from '../ui/connection'
import { Icon } from '../ui/icon'
import { Logo } from '../ui/logo'
import { permitWords } from '../ui/permit-words'
import { Practice } from '../ui/practice'
import { providerOf } from '../ui/provider-of'
import { timeOfDay } from '../ui/times'
import { useClock } from '../ui/use-clock'

const minute = 60_000

/** What is asked of one connection: as whom, what, and what it means where a token leaves us. */
export function AskItem({ view, ask, tokenLife }: { view: View; ask: Ask; tokenLife?: number }) {
  // The window may stand open for a while, and a token handed out then lives from then on.
  const now = useClock([(Math.floor(Date.now() / minute) + 1) * minute])
  const connection = view.connections.find(({ id }) => id === ask.connection)
  const provider = providerOf(view, connection?.provider)
  if (!connection || !provider) return null
  const { access, scopes } = permitWords(provider, ask)
  return (
    <li>
      <Logo provider={provider} />
      <div>
        <div class="named">
          <h2>{provider.name}</h2>
          <Practice provider={provider} />
        </div>
        <p class="muted">{say('asAccount', { account: accountName(connection) })}</p>
        <p class="access">
          <Icon name={ask.access === 'read' ? 'see' : 'change'} />
          {access}
        </p>
        <ul class="scopes">
          {scopes.map(scope => (
            <li key={scope}>{scope}</li>
          ))}
        </ul>
        {ask.use === 'token' && (
          <p class="token">
            <Icon name="key" />
            <span>
              {tokenLife === undefined
                ? say('ownTokenNoTime')
                : say('ownToken', { time: timeOfDay(now + tokenLife) })}
            </span>
          </p>
        )}
      </div>
    </li>
  )
}
