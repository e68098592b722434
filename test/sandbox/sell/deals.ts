import { deals, type SandboxDeal, stages } from '../deals'
import type { SellAllow } from './api'
import { collectionParameters, refuseUnknown, sendCollection } from './collection'
import { notFound } from './envelope'
import type { SellParts, SellSwitches } from './sell'

const equalities = ['contact_id', 'organization_id', 'owner_id', 'stage_id', 'hot', 'name'] as const

// The fields of the official Ruby client's model.
function sellDeal(deal: SandboxDeal, startedAt: number, { dealValue }: SellSwitches) {
  const at = (agoMs: number) => new Date(startedAt - agoMs).toISOString()
  return {
    id: deal.id,
    creator_id: deal.ownerId,
    owner_id: deal.ownerId,
    name: deal.name,
    value: dealValue === 'string' ? (deal.cents / 100).toFixed(2) : deal.cents / 100,
    currency: 'EUR',
    hot: deal.isHot,
    stage_id: deal.stageId,
    last_stage_change_at: at(deal.updatedAgoMs),
    last_stage_change_by_id: deal.ownerId,
    last_activity_at: at(deal.updatedAgoMs),
    source_id: null,
    loss_reason_id: null,
    unqualified_reason_id: null,
    dropbox_email: null,
    contact_id: deal.contactId,
    organization_id: deal.organisationId,
    estimated_close_date: at(-deal.closeInMs).slice(0, 10),
    customized_win_likelihood: stages.find(stage => stage.id === deal.stageId)?.likelihood ?? null,
    tags: [],
    custom_fields: {},
    added_at: at(deal.createdAgoMs),
    created_at: at(deal.createdAgoMs),
    updated_at: at(deal.updatedAgoMs),
  }
}

// Known from vendor fixtures: an item of this collection has a version in its `meta`.
const metaOf = ({ id }: { id: number }) => ({ version: id + 1 })

/** Adds Sell's deals. */
export function addDeals({ app, switches, startedAt }: SellParts, allow: SellAllow): void {
  const all = () => deals.map(deal => sellDeal(deal, startedAt, switches))

  app.get(
    '/v2/deals',
    refuseUnknown([...collectionParameters, ...equalities]),
    allow('read', context => sendCollection(context, 'deal', all(), equalities, metaOf)),
  )

  app.get(
    '/v2/deals/:id{[0-9]+}',
    refuseUnknown([]),
    allow('read', context => {
      const deal = all().find(one => one.id === Number(context.req.param('id')))
      return deal
        ? context.json({ data: deal, meta: { type: 'deal', ...metaOf(deal) } })
        : notFound(context, 'deal')
    }),
  )
}
