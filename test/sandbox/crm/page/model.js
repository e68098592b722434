// What the page was sent with, as a CRM's own script would have it. It knows nothing of any extension.
export const model = JSON.parse(document.body.dataset.model)
delete document.body.dataset.model

const byId = list => new Map(list.map(one => [one.id, one]))
const contacts = byId(model.contacts)
const stages = byId(model.stages)

export const contactOf = id => contacts.get(id)
export const stageOf = deal => stages.get(deal.stageId)
export const isOpen = deal => !['Won', 'Lost'].includes(stageOf(deal).name)
export const totalOf = deals => deals.reduce((sum, deal) => sum + deal.cents, 0) / 100
export const nameOf = lead => `${lead.firstName} ${lead.lastName}`
