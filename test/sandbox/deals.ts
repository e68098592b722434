import { people } from './contacts'
import { leads } from './leads'

const DAY = 86_400_000

/** The steps that a deal goes through at Acme Sales, in order; the last two end it. */
export const stages = [
  { id: 1, name: 'Discovery', likelihood: 10 },
  { id: 2, name: 'Evaluation', likelihood: 30 },
  { id: 3, name: 'Proposal', likelihood: 60 },
  { id: 4, name: 'Negotiation', likelihood: 80 },
  { id: 5, name: 'Won', likelihood: 100 },
  { id: 6, name: 'Lost', likelihood: 0 },
] as const

/** A sale that is open, or was won or lost. Values are in cents, as a sum of money is counted. */
export type SandboxDeal = {
  id: number
  /** The organisation, and what is sold to it. */
  name: string
  subject: string
  cents: number
  stageId: number
  isHot: boolean
  ownerId: number
  contactId: number
  organisationId: number
  /** Until it is expected to be closed; negative where it was closed that long ago. */
  closeInMs: number
  createdAgoMs: number
  updatedAgoMs: number
}

const stageIdOf = (name: string) => stages.find(stage => stage.name === name)?.id ?? 6

// What is sold to whom, by the industry: names that say more than "deal 3".
const subjects: Record<string, string> = {
  Logistics: 'Route planning, 40 seats',
  'Marine supply': 'Starter plan',
  Manufacturing: 'Annual plan, three plants',
  Software: 'Team plan, 60 seats',
  Construction: 'Starter plan',
  Energy: 'Annual plan with support',
  Machinery: 'Service contract',
  Retail: 'Store rollout',
  Food: 'Quality reports',
  Hospitality: 'Booking insights',
  Health: 'Clinic pilot',
}

const titleOf = (organisation: string, subject: string) => ({ name: `${organisation} – ${subject}`, subject })

const open: Omit<SandboxDeal, 'id'>[] = leads.map((lead, index) => ({
  ...titleOf(lead.organisation, subjects[lead.industry] ?? 'Annual plan'),
  cents: lead.value * 100,
  stageId: lead.status === 'Unqualified' ? stageIdOf('Lost') : stageIdOf(lead.stage),
  isHot: lead.score >= 80,
  ownerId: lead.ownerId,
  contactId: lead.id,
  organisationId: leads.length + lead.id,
  closeInMs:
    lead.status === 'Unqualified' ? -lead.lastTouchAgoMs : lead.nextStepInMs + (14 + index * 3) * DAY,
  createdAgoMs: lead.createdAgoMs,
  updatedAgoMs: lead.lastTouchAgoMs,
}))

type Past = [contactId: number, subject: string, cents: number, daysAgo: number]

// One value has cents, so that whoever reads amounts meets some.
const past: Past[] = [
  [3, 'Pilot, one plant', 2_400_000, 46],
  [8, 'First two stores', 1_249_950, 21],
  [11, 'Port of Valencia', 3_875_000, 9],
  [1, 'Workshop', 320_000, 33],
]

const won: Omit<SandboxDeal, 'id'>[] = past.flatMap(([contactId, subject, cents, daysAgo]) => {
  const lead = leads.find(one => one.id === contactId)
  const person = people.find(one => one.id === contactId)
  if (!lead || !person) return []
  return {
    ...titleOf(lead.organisation, subject),
    cents,
    stageId: stageIdOf('Won'),
    isHot: false,
    ownerId: lead.ownerId,
    contactId,
    organisationId: person.organisationId,
    closeInMs: -daysAgo * DAY,
    createdAgoMs: (daysAgo + 60) * DAY,
    updatedAgoMs: daysAgo * DAY,
  }
})

/** The deals of Acme Sales: deal 3 is the sale to the person of lead 3; those after 12 were won. */
export const deals: SandboxDeal[] = [...open, ...won].map((deal, index) => ({ id: index + 1, ...deal }))
