import type { ComponentType } from 'preact'
import type { PageContext } from '../../../providers/provider'
import type { Shown } from '../panel-state'

/** What a provider's block is given: the connection it acts by, and where the user is. */
export type BlockProps = Shown & {
  /** The page's address; what is shown belongs to it, and is read anew when it changes. */
  address: string | undefined
  /** What the address says, where the page is this provider's own CRM. */
  context: PageContext | undefined
  /** A block on the panel knows this page and will tell its subject. */
  isSubjectComing: boolean
}

export type BlockContent = ComponentType<BlockProps>
