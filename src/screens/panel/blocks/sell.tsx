import type { PageContext } from '../../../providers/provider'
import { textOf } from '../../../providers/provider'
import { sayInPanel as say } from '../../../shared/texts/panel'
import { Loading } from '../loading'
import { useSubject } from '../subject'
import { useApi } from '../use-api'
import type { BlockProps } from './block-content'
import { dictionary, listOf } from './json'
import { nameOfLead, records } from './sell-records'

/** Sell in the panel: the lead, contact or deal that the page shows, else the latest leads. */
export function SellBlock(props: BlockProps) {
  const { context } = props
  return context ? <RecordOfPage {...props} context={context} /> : <Leads {...props} />
}

function RecordOfPage({ context, ...shown }: BlockProps & { context: PageContext }) {
  const { provider, address } = shown
  const { path, missing, about, Content } = records[context.kind]
  // https://developer.zendesk.com/api-reference/sales-crm/requests/: a record is `{ data, meta }`.
  const { loaded, again } = useApi(shown, `${path}/${context.id}`, address, body =>
    dictionary(dictionary(body).data),
  )
  useSubject(
    loaded.at === 'loading'
      ? undefined
      : { address, ...(loaded.at === 'ready' ? about(loaded.value) : undefined) },
  )
  return (
    <Loading loaded={loaded} again={again} missing={say(missing, { provider: provider.name })}>
      {record => <Content record={record} />}
    </Loading>
  )
}

function Leads(shown: BlockProps) {
  const { loaded, again } = useApi(shown, 'leads?per_page=5', shown.address, body =>
    // A collection is `{ items: [{ data, meta }], meta }`.
    listOf(dictionary(body).items).map(item => dictionary(item.data)),
  )
  return (
    <Loading loaded={loaded} again={again} missing={say('noLeads')}>
      {leads => (
        <>
          <h3>{say('recentLeads')}</h3>
          {leads.length === 0 && <p class="muted">{say('noLeads')}</p>}
          <ul class="entries">
            {leads.map(lead => (
              <li key={textOf(lead, 'id')}>
                <span>
                  <strong>{nameOfLead(lead)}</strong>
                  <span class="small muted">{textOf(lead, 'organization_name')}</span>
                </span>
                <span class="badge">{textOf(lead, 'status')}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Loading>
  )
}
