import { textOf } from '../../../providers/provider'
import { sayInPanel as say } from '../../../shared/texts/panel'
import { Facts } from '../facts'
import { Loading } from '../loading'
import { RecordHead } from '../record-head'
import { isSameEmail, subjectAt } from '../subject'
import { useApi } from '../use-api'
import type { BlockProps } from './block-content'
import { type Dictionary, dictionary, listOf } from './json'
import { Score } from './score'

/** SalesOS in the panel: what it says about the person on the page, else the leads with the highest score. */
export function SalesosBlock(props: BlockProps) {
  const { address, isSubjectComing, provider } = props
  const about = subjectAt(address)
  const { loaded, again } = useApi(
    props,
    isSubjectComing && !about ? undefined : pathFor(about?.email),
    address,
    body => listOf(dictionary(body).data),
  )
  return (
    <Loading loaded={loaded} again={again} missing={say('noLeads')}>
      {leads => {
        if (!about?.email) return <TopLeads leads={leads} />
        const lead = leads.find(one => isSameEmail(textOf(one, 'email'), about.email))
        return lead ? (
          <Lead lead={lead} />
        ) : (
          <p class="muted">
            {say('unknownLead', { provider: provider.name, who: about.name ?? about.email })}
          </p>
        )
      }}
    </Loading>
  )
}

// That the API filters by e-mail is not documented; where it does not, the first hundred are searched here.
function pathFor(email: string | undefined): string {
  return email ? `leads?per_page=100&email=${encodeURIComponent(email)}` : 'leads?per_page=100'
}

function Lead({ lead }: { lead: Dictionary }) {
  return (
    <>
      <RecordHead
        name={textOf(lead, 'name') ?? say('noName')}
        under={textOf(lead, 'company')}
        badge={textOf(lead, 'stage')}
      />
      <Score score={scoreOf(lead)} />
      <Facts
        facts={[
          [say('nextStep'), titled(lead, 'next_step', 'due_at')],
          [say('lastTouch'), titled(lead, 'last_touch', 'at')],
          [say('owner'), textOf(lead, 'owner')],
        ]}
      />
    </>
  )
}

function TopLeads({ leads }: { leads: Dictionary[] }) {
  const top = leads.toSorted((a, b) => (scoreOf(b) ?? 0) - (scoreOf(a) ?? 0)).slice(0, 5)
  return (
    <>
      <h3>{say('topLeads')}</h3>
      {top.length === 0 && <p class="muted">{say('noLeads')}</p>}
      <ul class="entries">
        {top.map(lead => (
          <li key={textOf(lead, 'id')}>
            <span>
              <strong>{textOf(lead, 'name') ?? say('noName')}</strong>
              <span class="small muted">{textOf(lead, 'company')}</span>
            </span>
            <span class="badge">{textOf(lead, 'score')}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function scoreOf(lead: Dictionary): number | undefined {
  const score = Number(textOf(lead, 'score'))
  return score >= 0 && score <= 100 ? score : undefined
}

const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })

/** A step is its title with a day, or the title alone. */
function titled(lead: Dictionary, name: string, time: string): string | undefined {
  const title = textOf(lead, name, 'title') ?? textOf(lead, name)
  const at = Date.parse(textOf(lead, name, time) ?? '')
  return title && !Number.isNaN(at) ? `${title} · ${day.format(at)}` : title
}
