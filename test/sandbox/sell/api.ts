import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { leads, type SandboxLead } from '../leads'
import { type SandboxUser, userById } from '../people'
import { collectionParameters, refuseUnknown, sendCollection } from './collection'
import { addContacts } from './contacts'
import { addDeals } from './deals'
import { fail, incorrectPath, notFound } from './envelope'
import type { SellParts } from './sell'
import type { SellAccess } from './tokens'

const PER_SECOND = 10

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

/** Lets a request through whose token has the scope, and says who it is for. */
export type SellAllow = (
  scope: string,
  use: (context: Context, access: SellAccess) => Response | Promise<Response>,
) => (context: Context) => Promise<Response>

/** Adds the resources of Sell's Core API v2 that widgets use. */
export function addSellApi(parts: SellParts): { reset(): void } {
  const { app, switches, tokens, startedAt } = parts
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

  const allow: SellAllow = (scope, use) => async context => {
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
    if (!access.scopes.includes(scope) || (switches.selfForbidden && context.req.path === '/v2/users/self')) {
      return fail(context, 403, 'Forbidden', {
        code: 'insufficient_scope',
        message: 'The access token does not allow this.',
        details: `The request requires the scope ${scope}.`,
      })
    }
    return use(context, access)
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
    refuseUnknown([...collectionParameters, ...equalities]),
    allow('read', context => sendCollection(context, 'lead', allLeads(), equalities)),
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

  addContacts(parts, allow)
  addDeals(parts, allow)

  app.notFound(incorrectPath)

  return {
    reset: () => {
      recent.clear()
      created.length = 0
    },
  }
}
