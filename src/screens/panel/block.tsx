import { say } from '../../shared/texts/screens'
import { accountName } from '../ui/connection'
import { Logo } from '../ui/logo'
import { blocks } from './blocks/index'
import { contextOf, type Shown } from './panel-state'

/** One provider's part of the panel: who it acts as, and what it shows here. */
export function Block({
  shown: { provider, connection },
  address,
  isSubjectComing,
}: {
  shown: Shown
  address: string | undefined
  isSubjectComing: boolean
}) {
  const Content = blocks[provider.id]
  return (
    <section class="card block" aria-label={provider.name}>
      <header>
        <Logo provider={provider} />
        <div>
          <h2>{provider.name}</h2>
          <p class="small muted">{say('connectedAs', { account: accountName(connection.account) })}</p>
        </div>
      </header>
      {Content && (
        <Content
          provider={provider}
          connection={connection}
          address={address}
          context={contextOf(provider, address)}
          isSubjectComing={isSubjectComing}
        />
      )}
    </section>
  )
}
