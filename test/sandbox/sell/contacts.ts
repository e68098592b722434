import { contacts, type Organisation, type Person } from '../contacts'
import type { SellAllow } from './api'
import { collectionParameters, refuseUnknown, sendCollection } from './collection'
import { notFound } from './envelope'
import type { SellParts } from './sell'

const equalities = [
  'email',
  'owner_id',
  'is_organization',
  'contact_id',
  'name',
  'first_name',
  'last_name',
] as const

// The fields of the official Ruby client's model.
function sellContact(contact: Person | Organisation, startedAt: number) {
  const isPerson = contact.kind === 'person'
  const address = {
    line1: null,
    city: contact.city,
    postal_code: null,
    state: null,
    country: contact.country,
  }
  return {
    id: contact.id,
    creator_id: contact.ownerId,
    owner_id: contact.ownerId,
    is_organization: !isPerson,
    /** The organisation that a person works for. */
    contact_id: isPerson ? contact.organisationId : null,
    parent_organization_id: null,
    name: contact.name,
    first_name: isPerson ? contact.firstName : null,
    last_name: isPerson ? contact.lastName : null,
    customer_status: 'none',
    prospect_status: 'current',
    title: isPerson ? contact.title : null,
    description: null,
    industry: contact.industry,
    website: isPerson ? null : contact.website,
    email: contact.email,
    phone: contact.phone,
    mobile: null,
    fax: null,
    twitter: null,
    facebook: null,
    linkedin: null,
    skype: null,
    address,
    billing_address: null,
    shipping_address: null,
    tags: [contact.industry.toLowerCase()],
    custom_fields: {},
    created_at: new Date(startedAt - contact.createdAgoMs).toISOString(),
    updated_at: new Date(startedAt - contact.updatedAgoMs).toISOString(),
  }
}

/** Adds Sell's contacts: people and the organisations that they work for. */
export function addContacts({ app, startedAt }: SellParts, allow: SellAllow): void {
  const all = contacts.map(contact => sellContact(contact, startedAt))

  app.get(
    '/v2/contacts',
    refuseUnknown([...collectionParameters, ...equalities]),
    allow('read', context => sendCollection(context, 'contact', all, equalities)),
  )

  app.get(
    '/v2/contacts/:id{[0-9]+}',
    refuseUnknown([]),
    allow('read', context => {
      const contact = all.find(one => one.id === Number(context.req.param('id')))
      return contact
        ? context.json({ data: contact, meta: { type: 'contact' } })
        : notFound(context, 'contact')
    }),
  )
}
