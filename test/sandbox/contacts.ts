import { leads, type SandboxLead } from './leads'

type Common = {
  id: number
  name: string
  ownerId: number
  industry: string
  city: string
  country: string
  phone: string
  createdAgoMs: number
  updatedAgoMs: number
}

/** Somebody whom Acme Sales knows. `organisationId` is the contact that they work for. */
export type Person = Common & {
  kind: 'person'
  firstName: string
  lastName: string
  title: string
  email: string
  organisationId: number
}

/** A company that Acme Sales knows. */
export type Organisation = Common & { kind: 'organisation'; website: string; email: string }

const commonOf = (lead: SandboxLead): Omit<Common, 'id' | 'name' | 'phone'> => ({
  ownerId: lead.ownerId,
  industry: lead.industry,
  city: lead.city,
  country: lead.country,
  createdAgoMs: lead.createdAgoMs,
  updatedAgoMs: lead.lastTouchAgoMs,
})

const organisationIdOf = (lead: SandboxLead) => leads.length + lead.id

/** The people of the leads, as contacts: contact 3 is the same person as lead 3, with the same e-mail. */
export const people: Person[] = leads.map(lead => ({
  kind: 'person',
  ...commonOf(lead),
  id: lead.id,
  name: `${lead.firstName} ${lead.lastName}`,
  firstName: lead.firstName,
  lastName: lead.lastName,
  title: lead.title,
  email: lead.email,
  phone: lead.phone,
  organisationId: organisationIdOf(lead),
}))

/** Where they work: the ids that follow, in the same order. */
const organisations: Organisation[] = leads.map(lead => {
  const domain = lead.email.split('@')[1] ?? ''
  return {
    kind: 'organisation',
    ...commonOf(lead),
    id: organisationIdOf(lead),
    name: lead.organisation,
    website: `https://www.${domain}`,
    email: `office@${domain}`,
    // The switchboard: the same line without the extension.
    phone: lead.phone.replace(/\d{2}$/, '00'),
  }
})

/** All contacts of Acme Sales, ids from 1 on without a gap. */
export const contacts: (Person | Organisation)[] = [...people, ...organisations]
