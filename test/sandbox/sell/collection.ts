import type { Context, MiddlewareHandler } from 'hono'
import { invalidParam } from './envelope'

/** The query parameters that every collection has. */
export const collectionParameters = ['page', 'per_page', 'sort_by', 'ids']

function pageNumber(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN
}

/** Answers 400 where the query has a parameter besides these, as Sell's own Python client tests for. */
export function refuseUnknown(allowed: readonly string[]): MiddlewareHandler {
  return (context, next) => {
    const unknown = Object.keys(context.req.query()).find(name => !allowed.includes(name))
    return unknown ? Promise.resolve(invalidParam(context, `Unknown parameter: ${unknown}`)) : next()
  }
}

/**
 * Sends the page of a collection that the query asks for, in Sell's envelope. `equalities` are the fields that the
 * query may filter by; `metaOf` adds to what each item's `meta` says.
 */
export function sendCollection<Item extends { id: number }>(
  context: Context,
  type: string,
  all: readonly Item[],
  equalities: readonly (keyof Item & string)[],
  metaOf: (item: Item) => object = () => ({}),
): Response {
  const query = context.req.query()
  const page = pageNumber(query.page, 1)
  const perPage = pageNumber(query.per_page, 25)
  if (Number.isNaN(page)) return invalidParam(context, 'page must be a positive integer.')
  if (Number.isNaN(perPage) || perPage > 100) return invalidParam(context, 'per_page must be from 1 to 100.')
  const ids = query.ids?.split(',').map(Number)
  const found = all.filter(
    item =>
      (!ids || ids.includes(item.id)) &&
      equalities.every(name => query[name] === undefined || String(item[name]) === query[name]),
  )
  const [sortBy = 'updated_at', direction] = (query.sort_by ?? 'id').split(':')
  if (found[0] && !(sortBy in found[0])) return invalidParam(context, `Cannot sort by ${sortBy}.`)
  const keyOf = (item: Item) => Object.entries(item).find(([name]) => name === sortBy)?.[1] ?? ''
  found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))
  if (direction === 'desc') found.reverse()
  const items = found.slice((page - 1) * perPage, page * perPage)
  const link = (number: number) => {
    const url = new URL(context.req.url)
    url.searchParams.set('page', String(number))
    url.searchParams.set('per_page', String(perPage))
    return url.href
  }
  return context.json({
    items: items.map(data => ({ data, meta: { type, ...metaOf(data) } })),
    meta: {
      type: 'collection',
      count: items.length,
      links: {
        self: link(page),
        first_page: link(1),
        ...(page > 1 && { prev_page: link(page - 1) }),
        ...(page * perPage < found.length && { next_page: link(page + 1) }),
      },
    },
  })
}
