import { useEffect } from 'preact/hooks'
import { textOf } from '../../../providers/provider'
import { sayInPanel as say } from '../../../shared/texts/panel'
import { Facts } from '../facts'
import { LeadHead } from '../lead-head'
import { Loading } from '../loading'
import { subject } from '../subject'
import { useApi } from '../use-api'
import type { BlockProps } from './block-content'
import { type Dictionary, dictionary, listOf } from './json'

/** Sell in the panel: the lead that the page shows, else the latest ones. */
export function SellBlock(props: BlockProps) {
  const { context } = props
  return context?.kind === 'lead' ? <LeadOfPage {...props} id={context.id} /> : <Leads {...props} />
}

function LeadOfPage({ id, ...shown }: BlockProps & { id: string }) {
  const { provider, address } = shown
  // https://developer.zendesk.com/api-reference/sales-crm/resources/leads/: a record is `{ data, meta }`.
  const { loaded, again } = useApi(shown, `leads/${id}`, address, body => dictionary(dictionary(body).data))
  useEffect(() => {
    if (loaded.at === 'loading') return
    subject.value =
      loaded.at === 'ready'
        ? { address, name: nameOf(loaded.value), email: textOf(loaded.value, 'email') }
        : { address }
  }, [loaded, address])
  return (
    <Loading loaded={loaded} again={again} missing={say('noSuchLead', { provider: provider.name })}>
      {lead => <Lead lead={lead} />}
    </Loading>
  )
}

function Lead({ lead }: { lead: Dictionary }) {
  const place = [textOf(lead, 'address', 'city'), textOf(lead, 'address', 'country')]
    .filter(Boolean)
    .join(', ')
  return (
    <>
      <LeadHead name={nameOf(lead)} under={workOf(lead)} badge={textOf(lead, 'status')} />
      <Facts
        facts={[
          [say('email'), textOf(lead, 'email')],
          [say('phone'), textOf(lead, 'phone') ?? textOf(lead, 'mobile')],
          [say('place'), place],
          [say('industry'), textOf(lead, 'industry')],
          ...customFacts(lead),
        ]}
      />
    </>
  )
}

// What a company added to its leads has names of its own; more than a few would bury the rest.
function customFacts(lead: Dictionary): (readonly [string, string | undefined])[] {
  const fields = lead.custom_fields
  if (typeof fields !== 'object' || fields === null) return []
  return Object.keys(fields)
    .slice(0, 3)
    .map(name => [name, textOf(fields, name)] as const)
}

function Leads(shown: BlockProps) {
  const { loaded, again } = useApi(shown, 'leads?per_page=5', shown.address, body =>
    // A collection is `{ items: [{ data, meta }], meta }`.
    listOf(dictionary(body).items).map(item => dictionary(item.data)),
  )
  useEffect(() => {
    subject.value = { address: shown.address }
  }, [shown.address])
  return (
    <Loading loaded={loaded} again={again} missing={say('noLeads')}>
      {leads => (
        <>
          <h3>{say('recentLeads')}</h3>
          {leads.length === 0 && <p class="muted">{say('noLeads')}</p>}
          <ul class="leads">
            {leads.map(lead => (
              <li key={textOf(lead, 'id')}>
                <span>
                  <strong>{nameOf(lead)}</strong>
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

function nameOf(lead: Dictionary): string {
  const person = [textOf(lead, 'first_name'), textOf(lead, 'last_name')].filter(Boolean).join(' ')
  return person || textOf(lead, 'organization_name') || say('noName')
}

function workOf(lead: Dictionary): string {
  return [textOf(lead, 'title'), textOf(lead, 'organization_name')].filter(Boolean).join(' · ')
}
