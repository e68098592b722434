import { contacts } from '../contacts'
import { deals, stages } from '../deals'
import { leads } from '../leads'
import { userById, users } from '../people'
import { clients, personalTokens } from '../setup'

const DAY = 86_400_000

/** What the CRM's page is sent with: everything it shows, with times instead of ages. */
export function createModel(startedAt: number) {
  const ownerOf = (id: number) => userById(id)?.name
  return {
    user: { name: users.rep.name, email: users.rep.email },
    leads: leads.map(({ lastTouchAgoMs, nextStepInMs, createdAgoMs, ownerId, ...lead }) => ({
      ...lead,
      owner: ownerOf(ownerId),
      lastTouchAt: startedAt - lastTouchAgoMs,
      nextStepAt: startedAt + nextStepInMs,
      createdAt: startedAt - createdAgoMs,
    })),
    contacts: contacts.map(({ createdAgoMs, updatedAgoMs, ownerId, ...contact }) => ({
      ...contact,
      owner: ownerOf(ownerId),
      createdAt: startedAt - createdAgoMs,
      updatedAt: startedAt - updatedAgoMs,
    })),
    stages,
    deals: deals.map(({ closeInMs, createdAgoMs, updatedAgoMs, ownerId, ...deal }) => ({
      ...deal,
      owner: ownerOf(ownerId),
      closeAt: startedAt + closeInMs,
      createdAt: startedAt - createdAgoMs,
      updatedAt: startedAt - updatedAgoMs,
    })),
    // Names alone: what these apps and tokens hold is shown nowhere.
    apps: [
      { name: 'Sales companion', createdBy: users.colleague.name, users: 'Everybody' },
      { name: clients.sellOther.name, createdBy: users.colleague.name, users: 'Administrators' },
    ].map((app, index) => ({ ...app, createdAt: startedAt - (64 + index * 180) * DAY })),
    tokens: Object.values(personalTokens).map(({ name, user, scopes }) => ({
      name,
      owner: user.name,
      scope: scopes.join(', '),
    })),
  }
}
