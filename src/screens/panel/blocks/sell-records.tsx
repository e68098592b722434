import type { ComponentType } from 'preact'
import { type PageContext, textOf } from '../../../providers/provider'
import { sayInPanel as say } from '../../../shared/texts/panel'
import { day } from '../day'
import { Facts } from '../facts'
import { money } from '../money'
import { RecordHead } from '../record-head'
import type { Subject } from '../subject'
import type { Dictionary } from './json'

type SellRecord = {
  /** Of the API; an id follows. */
  path: string
  missing: 'noSuchLead' | 'noSuchContact' | 'noSuchDeal'
  /** Whom a page that shows it is about. A deal has a name of its own and no address to write to. */
  about: (record: Dictionary) => Omit<Subject, 'address'>
  Content: ComponentType<{ record: Dictionary }>
}

/** What a page of Sell can be about: https://developer.zendesk.com/api-reference/sales-crm/resources/introduction/ */
export const records: Readonly<Record<PageContext['kind'], SellRecord>> = {
  lead: {
    path: 'leads',
    missing: 'noSuchLead',
    about: lead => ({ name: nameOfLead(lead), email: textOf(lead, 'email') }),
    Content: Lead,
  },
  contact: {
    path: 'contacts',
    missing: 'noSuchContact',
    about: contact => ({ name: nameOfContact(contact), email: textOf(contact, 'email') }),
    Content: Contact,
  },
  deal: {
    path: 'deals',
    missing: 'noSuchDeal',
    about: deal => ({ name: textOf(deal, 'name') }),
    Content: Deal,
  },
}

/** A lead's person, else its organisation. */
export function nameOfLead(lead: Dictionary): string {
  return personOf(lead) ?? textOf(lead, 'organization_name') ?? say('noName')
}

function Lead({ record: lead }: { record: Dictionary }) {
  return (
    <>
      <RecordHead
        name={nameOfLead(lead)}
        under={joined(' · ', textOf(lead, 'title'), textOf(lead, 'organization_name'))}
        badge={textOf(lead, 'status')}
      />
      <Facts facts={[...waysToReach(lead), ...customFacts(lead)]} />
    </>
  )
}

function Contact({ record: contact }: { record: Dictionary }) {
  return (
    <>
      <RecordHead
        name={nameOfContact(contact)}
        under={contact.is_organization === true ? say('organisation') : textOf(contact, 'title')}
        badge={standingOf(contact)}
      />
      <Facts facts={[...waysToReach(contact), [say('tags'), tagsOf(contact)], ...customFacts(contact)]} />
    </>
  )
}

function Deal({ record: deal }: { record: Dictionary }) {
  return (
    <>
      <RecordHead
        name={textOf(deal, 'name') ?? say('noName')}
        badge={deal.hot === true ? say('hot') : undefined}
      />
      <Facts
        facts={[
          // A number, and from some day on a decimal text.
          [say('value'), money(textOf(deal, 'value'), textOf(deal, 'currency'))],
          [say('closes'), day(textOf(deal, 'estimated_close_date'))],
          [say('added'), day(textOf(deal, 'added_at'))],
          ...customFacts(deal),
        ]}
      />
    </>
  )
}

type FactsOf = (record: Dictionary) => (readonly [label: string, value: string | undefined])[]

const waysToReach: FactsOf = record => [
  [say('email'), textOf(record, 'email')],
  [say('phone'), textOf(record, 'phone') ?? textOf(record, 'mobile')],
  [say('place'), joined(', ', textOf(record, 'address', 'city'), textOf(record, 'address', 'country'))],
  [say('industry'), textOf(record, 'industry')],
]

// What a company added to its records has names of its own; more than a few would bury the rest.
const customFacts: FactsOf = ({ custom_fields: fields }) =>
  typeof fields !== 'object' || fields === null
    ? []
    : Object.keys(fields)
        .slice(0, 3)
        .map(name => [name, textOf(fields, name)])

function nameOfContact(contact: Dictionary): string {
  return textOf(contact, 'name') ?? personOf(contact) ?? say('noName')
}

/** A contact may be customer and prospect at once; what it buys already says more. */
function standingOf(contact: Dictionary): string | undefined {
  switch (textOf(contact, 'customer_status')) {
    case 'current':
      return say('customer')
    case 'past':
      return say('pastCustomer')
  }
  switch (textOf(contact, 'prospect_status')) {
    case 'current':
      return say('prospect')
    case 'lost':
      return say('lostProspect')
  }
  return undefined
}

function tagsOf({ tags }: Dictionary): string | undefined {
  return Array.isArray(tags) ? joined(', ', ...tags.map(tag => textOf({ tag }, 'tag'))) : undefined
}

function personOf(record: Dictionary): string | undefined {
  return joined(' ', textOf(record, 'first_name'), textOf(record, 'last_name'))
}

/** The parts that there are; undefined where there are none. */
function joined(separator: string, ...parts: (string | undefined)[]): string | undefined {
  return parts.filter(Boolean).join(separator) || undefined
}
