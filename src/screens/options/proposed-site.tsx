import type { ComponentChildren } from 'preact'
import { sayInOptions as say } from '../../shared/texts/options'
import { sayOfPermit } from '../../shared/texts/permit'
import type { ProposedSite } from '../../shared/view'
import { Icon } from '../ui/icon'

/** One site that a setup proposes: what it would ask for. It is no permit; what can be done about it comes after. */
export function ProposedSiteItem({
  site: { origin, access, use },
  name,
  words,
  children,
}: {
  site: ProposedSite
  /** The provider's. */
  name: string
  /** The scopes in plain words. */
  words: readonly string[]
  children?: ComponentChildren
}) {
  return (
    <li>
      <strong>{origin}</strong>
      <p>
        <Icon name={access === 'read' ? 'see' : 'change'} />
        <span>
          {name}: {[sayOfPermit(access === 'read' ? 'mayRead' : 'mayChange'), ...words].join(' · ')}
        </span>
      </p>
      <p>
        <Icon name={use === 'token' ? 'key' : 'locked'} />
        {say(use === 'token' ? 'wantsToken' : 'wantsFetch')}
      </p>
      {children}
    </li>
  )
}
