import { sayInConsent as say } from '../../shared/texts/consent'
import type { ConnectionId, View } from '../../shared/view'
import { accountName } from '../ui/connection'
import { Icon } from '../ui/icon'
import { Logo } from '../ui/logo'
import { Practice } from '../ui/practice'
import { timeOfDay } from '../ui/times'
import { useMinute } from '../ui/use-clock'
import { Account } from './account'
import type { Asked } from './asked'
import { NotConnected } from './not-connected'

/** What is asked of one login: as whom, what would be new, and what it means where a token leaves us. */
export function AskItem({
  view,
  asked,
  place,
  tokenLife,
  onChoose,
}: {
  view: View
  asked: Asked
  /** Which one of the question it is. */
  place: number
  tokenLife?: number
  onChoose: (connection: ConnectionId) => void
}) {
  const { ask, provider, choices, chosen, news } = asked
  return (
    <li data-row={`ask-${place}`} data-group={ask.provider} tabIndex={-1}>
      {provider && <Logo provider={provider} />}
      <div>
        <div class="named">
          <h2>{provider?.name ?? ask.provider}</h2>
          {provider && <Practice provider={provider} />}
        </div>
        {choices.length === 1 && chosen ? (
          <p class="muted">
            <bdi>{say('asAccount', { account: accountName(chosen) })}</bdi>
            {chosen.status === 'needs-attention' && ` (${say('needsAttention')})`}
          </p>
        ) : choices.length > 0 ? (
          <Account asked={asked} place={place} onChoose={onChoose} />
        ) : (
          <NotConnected view={view} ask={ask} provider={provider} />
        )}
        {news.access && (
          <p class="access">
            <Icon name={ask.access === 'read' ? 'see' : 'change'} />
            {news.access}
          </p>
        )}
        {news.scopes.length > 0 && (
          <ul class="scopes">
            {news.scopes.map(scope => (
              <li key={scope}>{scope}</li>
            ))}
          </ul>
        )}
        {news.isMore && !news.access && news.token !== 'new' && <p class="access">{say('nothingNew')}</p>}
        {news.token && <TokenNote isNew={news.token === 'new'} tokenLife={tokenLife} />}
        {news.already.map(sentence => (
          <p key={sentence} class="small muted already">
            {sentence}
          </p>
        ))}
      </div>
    </li>
  )
}

function TokenNote({ isNew, tokenLife }: { isNew: boolean; tokenLife?: number }) {
  // The window may stand open for a while, and a token handed out then lives from then on.
  const now = useMinute()
  return (
    <p class="token">
      <Icon name="key" />
      <span>
        {tokenLife === undefined
          ? say(isNew ? 'nowOwnTokenNoTime' : 'ownTokenNoTime')
          : say(isNew ? 'nowOwnToken' : 'ownToken', { time: timeOfDay(now + tokenLife) })}
      </span>
    </p>
  )
}
