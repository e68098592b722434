import { providerById } from '../../providers/index'
import { sayInConsent as say } from '../../shared/texts/consent'
import type { Ask, View } from '../../shared/view'
import { accountName } from '../ui/connection'
import { Icon } from '../ui/icon'
import { Logo } from '../ui/logo'
import { permitWords } from '../ui/permit-words'
import { timeOfDay } from '../ui/times'
import { useClock } from '../ui/use-clock'

const minute = 60_000

/** What is asked of one connection: as whom, what, and what it means where a token leaves us. */
export function AskItem({ view, ask, tokenLife }: { view: View; ask: Ask; tokenLife?: number }) {
  // The window may stand open for a while, and a token handed out then lives from then on.
  const now = useClock([(Math.floor(Date.now() / minute) + 1) * minute])
  const connection = view.connections.find(({ id }) => id === ask.connection)
  const provider = connection && providerById(connection.provider)
  if (!provider) return null
  const { access, scopes } = permitWords(provider, ask)
  return (
    <li>
      <Logo provider={provider} />
      <div>
        <h2>{provider.name}</h2>
        <p class="muted">{say('asAccount', { account: accountName(connection.account) })}</p>
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
