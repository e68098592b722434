import { randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { leads, type SandboxLead } from '../leads'
import type { LoopbackOrigins } from '../loopback'
import { userById } from '../people'
import { SALESOS_AUDIENCE } from '../setup'
import { siteHosts } from '../sites/hosts'
import type { AccessClaims, ReadAccessToken } from './access-token'

/** The hosts whose pages may read SalesOS' API: the demo CRM, and the invented company's own. */
const ALLOWED_HOSTS = ['app.futuresimple.com', siteHosts.crm]

const meta = () => ({
  request_id: `req_${randomUUID().replaceAll('-', '')}`,
  timestamp: new Date().toISOString(),
})

function fail(context: Context, status: ContentfulStatusCode, code: string, message: string): Response {
  return context.json({ error: { code, message, details: [] }, meta: meta() }, status)
}

function salesosLead(lead: SandboxLead, startedAt: number) {
  return {
    id: `lead_${String(lead.id).padStart(4, '0')}`,
    /** The lead's id in the CRM that SalesOS was fed from. INVENTED, as all fields of these records are. */
    external_id: String(lead.id),
    name: `${lead.firstName} ${lead.lastName}`,
    company: lead.organisation,
    email: lead.email,
    stage: lead.stage,
    score: lead.score,
    next_step: { title: lead.nextStep, due_at: new Date(startedAt + lead.nextStepInMs).toISOString() },
    last_touch: { title: lead.lastTouch, at: new Date(startedAt - lead.lastTouchAgoMs).toISOString() },
    owner: userById(lead.ownerId)?.email ?? null,
    created_at: new Date(startedAt - lead.createdAgoMs).toISOString(),
  }
}

type SalesosLead = ReturnType<typeof salesosLead>

function salesosDeal(lead: SandboxLead, startedAt: number) {
  return {
    id: `deal_${String(lead.id).padStart(4, '0')}`,
    lead_id: `lead_${String(lead.id).padStart(4, '0')}`,
    name: `${lead.organisation} – annual plan`,
    stage: lead.stage,
    amount: lead.value,
    currency: 'EUR',
    probability: lead.score,
    expected_close: new Date(startedAt + lead.nextStepInMs + 21 * 86_400_000).toISOString().slice(0, 10),
    owner: userById(lead.ownerId)?.email ?? null,
  }
}

/** Makes SalesOS' API (documented in "Using the Token", envelopes of its public overview) over tokens that `read` accepts. */
export function createSalesosApi(
  read: ReadAccessToken,
  startedAt: number,
  loopback: LoopbackOrigins,
): { app: Hono; reset(): void } {
  const app = new Hono()
  const created: SalesosLead[] = []
  const allLeads = () => [...leads.map(lead => salesosLead(lead, startedAt)), ...created]

  // INVENTED: nothing says that SalesOS' API allows any origin. It does here because a content script's token is of
  // no use at an API that does not, and the product wants to show both kinds.
  app.use('*', async (context, next) => {
    const origin = context.req.header('origin') ?? ''
    const isAllowed = ALLOWED_HOSTS.some(host => [`https://${host}`, loopback[host]].includes(origin))
    if (context.req.method === 'OPTIONS') {
      if (!isAllowed) return context.body(null, 204, { vary: 'Origin' })
      return context.body(null, 204, {
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-allow-methods': 'GET, POST',
        'access-control-max-age': '600',
        vary: 'Origin',
      })
    }
    await next()
    context.res.headers.set('vary', 'Origin')
    if (isAllowed) context.res.headers.set('access-control-allow-origin', origin)
    return undefined
  })

  const allow =
    (scope: string, use: (context: Context, claims: AccessClaims) => Response | Promise<Response>) =>
    (context: Context) => {
      const token = /^bearer\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
      const claims = read(token)
      if (!claims?.aud.includes(SALESOS_AUDIENCE)) {
        return fail(context, 401, 'UNAUTHORIZED', 'The token is missing, expired or invalid')
      }
      if (!claims.scope.split(' ').includes(scope)) {
        return fail(context, 403, 'FORBIDDEN', `The token lacks the scope ${scope}`)
      }
      return use(context, claims)
    }

  const list = <Item extends object>(context: Context, all: Item[], filters: string[]) => {
    const query = context.req.query()
    const page = Math.max(1, Number.parseInt(query.page ?? '1', 10) || 1)
    const perPage = Math.min(100, Math.max(1, Number.parseInt(query.per_page ?? '25', 10) || 25))
    const found = all.filter(item =>
      Object.entries(item).every(
        ([name, value]) => !filters.includes(name) || query[name] === undefined || query[name] === value,
      ),
    )
    return context.json({
      data: found.slice((page - 1) * perPage, page * perPage),
      meta: {
        ...meta(),
        total: found.length,
        page,
        per_page: perPage,
        total_pages: Math.ceil(found.length / perPage),
      },
    })
  }

  app.get(
    '/v1/leads',
    allow('leads:read', context => list(context, allLeads(), ['email', 'external_id', 'stage'])),
  )

  app.get(
    '/v1/leads/:id',
    allow('leads:read', context => {
      const lead = allLeads().find(one => one.id === context.req.param('id'))
      if (!lead) return fail(context, 404, 'NOT_FOUND', 'There is no such lead')
      return context.json({ data: lead, meta: meta() })
    }),
  )

  app.post(
    '/v1/leads',
    allow('leads:write', async context => {
      const body: unknown = await context.req.json().catch(() => undefined)
      const sent = Object.fromEntries(
        Object.entries(body && typeof body === 'object' ? body : {}).filter(
          ([, value]) => typeof value === 'string',
        ),
      )
      if (!sent.name || !sent.email) {
        const details = ['name', 'email'].filter(field => !sent[field])
        return context.json(
          {
            error: {
              code: 'VALIDATION_ERROR',
              message: 'Some fields are missing',
              details: details.map(field => ({ field, message: 'is required' })),
            },
            meta: meta(),
          },
          422,
        )
      }
      const now = new Date().toISOString()
      const lead: SalesosLead = {
        id: `lead_${String(leads.length + created.length + 1).padStart(4, '0')}`,
        external_id: sent.external_id ?? '',
        name: sent.name,
        company: sent.company ?? '',
        email: sent.email,
        stage: 'Discovery',
        score: 0,
        next_step: { title: '', due_at: now },
        last_touch: { title: 'Created by API', at: now },
        owner: null,
        created_at: now,
      }
      created.push(lead)
      return context.json({ data: lead, meta: meta() }, 201)
    }),
  )

  app.get(
    '/v1/deals',
    allow('deals:read', context =>
      list(
        context,
        leads.filter(lead => lead.status !== 'Unqualified').map(lead => salesosDeal(lead, startedAt)),
        ['lead_id', 'stage'],
      ),
    ),
  )

  app.notFound(context => fail(context, 404, 'NOT_FOUND', 'There is nothing at this path'))

  return {
    app,
    reset: () => {
      created.length = 0
    },
  }
}
