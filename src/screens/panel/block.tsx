import { sayInPanel } from '../../shared/texts/panel'
import { say } from '../../shared/texts/screens'
import type { ConnectionId } from '../../shared/view'
import { accountName } from '../ui/connection'
import { Logo } from '../ui/logo'
import { Practice } from '../ui/practice'
import { blocks } from './blocks/index'
import { Choice } from './choice'
import { contextOf, type Permitted } from './panel-state'

/** One provider's part of the panel: who it acts as, and what it shows here. */
export function Block({
  shown: { provider, connection, choices },
  address,
  isSubjectComing,
  onChoose,
}: {
  shown: Permitted
  address: string | undefined
  isSubjectComing: boolean
  onChoose: (connection: ConnectionId) => void
}) {
  const Content = blocks[provider.id]
  return (
    <section class="card block" aria-label={provider.name}>
      <header>
        <Logo provider={provider} />
        <div>
          <div class="named">
            <h2>{provider.name}</h2>
            <Practice provider={provider} />
          </div>
          {choices.length > 1 ? (
            <Choice
              name={sayInPanel('accountOf', { provider: provider.name })}
              options={choices.map(choice => ({ id: choice.id, text: accountName(choice) }))}
              value={connection.id}
              onChoose={onChoose}
            />
          ) : (
            <p class="small muted">{say('connectedAs', { account: accountName(connection) })}</p>
          )}
        </div>
      </header>
      {Content && (
        <Content
          // What one account's block has loaded and chosen is not another's.
          key={connection.id}
          provider={provider}
          connection={connection}
          address={address}
          context={contextOf(provider.id, address)}
          isSubjectComing={isSubjectComing}
        />
      )}
    </section>
  )
}
