import { sayInPopup as say } from '../../shared/texts/popup'
import { say as sayEverywhere } from '../../shared/texts/screens'
import type { View } from '../../shared/view'
import { Button } from '../ui/button'
import { ConnectionButtons } from '../ui/connection-buttons'
import { ExternalLink } from '../ui/external-link'
import { Logo } from '../ui/logo'
import { Notice } from '../ui/notice'
import { PartingQuestion } from '../ui/parting-question'
import { Practice } from '../ui/practice'
import { StatusLine } from '../ui/status-line'
import { openOptionsAt } from './open-options'
import type { Row } from './rows'

/** One item of the list `Providers`. Rows of one provider look like one card, from its first to its last. */
export function RowItem({
  row,
  view,
  isFirst,
  isLast,
}: {
  row: Row
  view: View
  isFirst: boolean
  isLast: boolean
}) {
  const { provider, connection } = row
  return (
    <li
      class={`row ${isFirst ? 'first' : ''} ${isLast ? 'last' : ''}`}
      aria-label={row.name}
      // The focus comes here when the button that had it, and its row, are gone.
      tabIndex={-1}
      data-row={row.id}
      data-group={provider.id}
    >
      <Logo provider={provider} />
      <div class="row-head">
        <div class="named">
          <h2>{provider.name}</h2>
          <Practice provider={provider} />
        </div>
        <div class="actions">
          <ConnectionButtons view={view} provider={provider} actions={row.footer} />
          <ConnectionButtons view={view} provider={provider} connection={connection} actions={row.actions} />
        </div>
      </div>
      <div class="row-body">
        {row.account && <p class="account">{row.account}</p>}
        <StatusLine status={row.status} />
        {connection && <PartingQuestion provider={provider} connection={connection} />}
        {row.link && <ExternalLink href={row.link.href}>{row.link.text}</ExternalLink>}
        {row.notes.map(note => (
          <p key={note} class="small muted">
            {note}
          </p>
        ))}
        {row.notices.map(({ tone, text, link }) => (
          <Notice key={text} tone={tone}>
            {text} {link && <ExternalLink href={link.href}>{link.text}</ExternalLink>}
          </Notice>
        ))}
        {row.needsAdmission && (
          <Button
            name={sayEverywhere('buttonName', { action: say('showThumbprint'), target: row.name })}
            onClick={() => openOptionsAt('relay')}
          >
            {say('showThumbprint')}
          </Button>
        )}
      </div>
    </li>
  )
}
