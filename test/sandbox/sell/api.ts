import { randomUUID } from 'node:crypto'
import type { Context, Next } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { leads, type SandboxLead } from '../leads'
import { type SandboxUser, userById } from '../people'
import type { SellParts } from './sell'
import type { SellAccess } from './tokens'

const MORE = 'https://developers.getbase.com/docs/rest/articles/errors'
const PER_SECOND = 10

type ApiError = { code: string; message: string; details: string; resource?: string; field?: string }

// The envelope of Sell's documentation "Errors": `logref` repeats the header.
function fail(context: Context, status: ContentfulStatusCode, reason: string, error: ApiError): Response {
  const logref = randomUUID()
  return context.json(
    {
      errors: [{ error, meta: { type: 'error', links: { more_info: MORE } } }],
      meta: { type: 'errors', http_status: `${status} ${reason}`, logref, links: { more_info: MORE } },
    },
    status,
    { 'x-request-id': logref },
  )
}

const invalidParam = (context: Context, details: string) =>
  fail(context, 400, 'Bad Request', {
    code: 'invalid_param',
    message: 'A query parameter is invalid.',
    details,
  })

/** Sell's answer for a path that it does not know. Its well-known addresses were seen to give this one. */
export function incorrectPath(context: Context): Response {
  return fail(context, 404, 'Not Found', {
    code: 'incorrect_path',
    message: 'The path does not exist.',
    details: `The requested path ${context.req.path} does not exist.`,
  })
}

const notFound = (context: Context, resource: string) =>
  fail(context, 404, 'Not Found', {
    code: 'not_found',
    message: 'The resource does not exist.',
    details: `The requested ${resource} does not exist or is not visible to you.`,
    resource,
  })

function sellUser(user: SandboxUser, startedAt: number) {
  const createdAt = new Date(startedAt - 400 * 86_400_000).toISOString()
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    status: 'active',
    invited: false,
    confirmed: true,
    phone_number: null,
    timezone: 'Europe/Amsterdam',
    role: user.role,
    roles: [],
    team_name: 'Sales',
    group: null,
    reports_to: null,
    created_at: createdAt,
    updated_at: createdAt,
  }
}

function sellLead(lead: SandboxLead, startedAt: number) {
  return {
    id: lead.id,
    creator_id: lead.ownerId,
    owner_id: lead.ownerId,
    first_name: lead.firstName,
    last_name: lead.lastName,
    organization_name: lead.organisation,
    status: lead.status,
    source_id: null,
    title: lead.title,
    description: null,
    industry: lead.industry,
    website: `https://www.${lead.email.split('@')[1]}`,
    email: lead.email,
    phone: lead.phone,
    mobile: null,
    address: { line1: null, city: lead.city, postal_code: null, state: null, country: lead.country },
    tags: [lead.industry.toLowerCase()],
    // A lead of Sell has no value of its own; companies keep it in a custom field.
    custom_fields: { 'Expected value': lead.value },
    created_at: new Date(startedAt - lead.createdAgoMs).toISOString(),
    updated_at: new Date(startedAt - lead.lastTouchAgoMs).toISOString(),
  }
}

type SellLead = ReturnType<typeof sellLead>

const equalities = ['status', 'email', 'owner_id', 'first_name', 'last_name', 'organization_name'] as const

function pageNumber(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN
}

/** Adds the resources of Sell's Core API v2 that widgets use. */
export function addSellApi({ app, switches, tokens, startedAt }: SellParts): { reset(): void } {
  const recent = new Map<string, number[]>()
  const created: SellLead[] = []

  const isTooMany = (token: string) => {
    const now = Date.now()
    const calls = (recent.get(token) ?? []).filter(at => at > now - 1000 && at <= now)
    const isOver = calls.length >= PER_SECOND
    if (!isOver) calls.push(now)
    recent.set(token, calls)
    return isOver
  }

  const allow =
    (scope: string, use: (context: Context, access: SellAccess) => Response | Promise<Response>) =>
    async (context: Context) => {
      const token = /^bearer\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
      const access = tokens.findAccess(token)
      if (!access) {
        return fail(context, 401, 'Unauthorized', {
          code: 'unauthorized',
          message: 'Access token is invalid.',
          details: 'Required access token is missing, malformed, expired, or invalid.',
        })
      }
      // Vendor code has a test for a 429 without a body, so this one has none.
      if (isTooMany(token)) return context.body(null, 429)
      if (
        !access.scopes.includes(scope) ||
        (switches.selfForbidden && context.req.path === '/v2/users/self')
      ) {
        return fail(context, 403, 'Forbidden', {
          code: 'insufficient_scope',
          message: 'The access token does not allow this.',
          details: `The request requires the scope ${scope}.`,
        })
      }
      return use(context, access)
    }

  const refuseUnknown = (allowed: readonly string[]) => (context: Context, next: Next) => {
    const unknown = Object.keys(context.req.query()).find(name => !allowed.includes(name))
    return unknown ? Promise.resolve(invalidParam(context, `Unknown parameter: ${unknown}`)) : next()
  }

  app.use('/v2/*', async (context, next) => {
    if (!context.req.header('user-agent')) {
      return fail(context, 400, 'Bad Request', {
        code: 'invalid_user_agent',
        message: 'The User-Agent header is missing.',
        details: 'A User-Agent header is required.',
      })
    }
    await next()
    if (!context.res.headers.has('x-request-id')) context.res.headers.set('x-request-id', randomUUID())
    return undefined
  })

  const allLeads = () => [...leads.map(lead => sellLead(lead, startedAt)), ...created]

  app.get(
    '/v2/users/self',
    refuseUnknown([]),
    allow('profile', (context, { user }) =>
      context.json({ data: sellUser(user, startedAt), meta: { type: 'user' } }),
    ),
  )

  app.get(
    '/v2/users/:id{[0-9]+}',
    refuseUnknown([]),
    allow('profile', context => {
      const user = userById(Number(context.req.param('id')))
      if (!user) return notFound(context, 'user')
      return context.json({ data: sellUser(user, startedAt), meta: { type: 'user' } })
    }),
  )

  app.get(
    '/v2/accounts/self',
    refuseUnknown([]),
    allow('profile', context =>
      context.json({
        data: {
          id: 714_203,
          name: 'Acme Sales',
          currency: 'EUR',
          time_format: '24H',
          timezone: 'Europe/Amsterdam',
          phone: null,
          created_at: new Date(startedAt - 900 * 86_400_000).toISOString(),
          updated_at: new Date(startedAt - 30 * 86_400_000).toISOString(),
        },
        meta: { type: 'account' },
      }),
    ),
  )

  app.get(
    '/v2/leads',
    refuseUnknown(['page', 'per_page', 'sort_by', 'ids', ...equalities]),
    allow('read', context => {
      const query = context.req.query()
      const page = pageNumber(query.page, 1)
      const perPage = pageNumber(query.per_page, 25)
      if (Number.isNaN(page)) return invalidParam(context, 'page must be a positive integer.')
      if (Number.isNaN(perPage) || perPage > 100)
        return invalidParam(context, 'per_page must be from 1 to 100.')
      const ids = query.ids?.split(',').map(Number)
      const found = allLeads().filter(
        lead =>
          (!ids || ids.includes(lead.id)) &&
          equalities.every(name => query[name] === undefined || String(lead[name]) === query[name]),
      )
      const [sortBy = 'updated_at', direction] = (query.sort_by ?? 'id').split(':')
      if (found[0] && !(sortBy in found[0])) return invalidParam(context, `Cannot sort by ${sortBy}.`)
      const keyOf = (lead: SellLead) => Object.entries(lead).find(([name]) => name === sortBy)?.[1] ?? ''
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
        items: items.map(data => ({ data, meta: { type: 'lead' } })),
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
    }),
  )

  app.get(
    '/v2/leads/:id{[0-9]+}',
    refuseUnknown([]),
    allow('read', context => {
      const lead = allLeads().find(one => one.id === Number(context.req.param('id')))
      return lead ? context.json({ data: lead, meta: { type: 'lead' } }) : notFound(context, 'lead')
    }),
  )

  app.post(
    '/v2/leads',
    refuseUnknown([]),
    allow('write', async (context, { user }) => {
      const body: unknown = await context.req.json().catch(() => undefined)
      const sent: unknown = body && typeof body === 'object' && 'data' in body ? body.data : undefined
      if (!sent || typeof sent !== 'object') {
        return fail(context, 400, 'Bad Request', {
          code: 'invalid_payload',
          message: 'The body is not valid.',
          details: 'The body must be a JSON object with a "data" object.',
        })
      }
      const wanted = Object.fromEntries(Object.entries(sent).filter(([, value]) => typeof value === 'string'))
      if (!wanted.last_name && !wanted.organization_name) {
        return fail(context, 422, 'Unprocessable Entity', {
          code: 'blank',
          message: 'A value is missing.',
          details: 'last_name or organization_name is required.',
          resource: 'lead',
          field: '/last_name',
        })
      }
      const now = new Date().toISOString()
      const [first] = leads
      if (!first) throw new Error('The sandbox has no leads')
      const lead: SellLead = {
        ...sellLead(
          { ...first, id: leads.length + created.length + 1, ownerId: user.id, status: 'New' },
          startedAt,
        ),
        first_name: wanted.first_name ?? '',
        last_name: wanted.last_name ?? '',
        organization_name: wanted.organization_name ?? '',
        title: wanted.title ?? '',
        industry: wanted.industry ?? '',
        email: wanted.email ?? '',
        phone: wanted.phone ?? '',
        website: wanted.website ?? '',
        address: { line1: null, city: '', postal_code: null, state: null, country: '' },
        tags: [],
        custom_fields: { 'Expected value': 0 },
        created_at: now,
        updated_at: now,
      }
      created.push(lead)
      return context.json({ data: lead, meta: { type: 'lead' } }, 201)
    }),
  )

  app.notFound(incorrectPath)

  return {
    reset: () => {
      recent.clear()
      created.length = 0
    },
  }
}
