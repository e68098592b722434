import { type Context, Hono } from 'hono'
import { accountOf } from './account'
import type { AcmeGrant, AcmeTokens } from './tokens'

type Thing = { id: string; name: string; colour: string; ownedBy: string }

const startingThings: Thing[] = [
  { id: 'thing-1', name: 'Anvil', colour: 'grey', ownedBy: 'mia.lindqvist@acme.example' },
  { id: 'thing-2', name: 'Rocket skates', colour: 'red', ownedBy: 'mia.lindqvist@acme.example' },
  { id: 'thing-3', name: 'Portable hole', colour: 'black', ownedBy: 'tom.okafor@acme.example' },
]

/** Lets a request through whose token has the scope; else 401 or 403 with a challenge (RFC 6750 section 3). */
export function guardAcme(tokens: AcmeTokens) {
  return (scope: string, use: (context: Context, grant: AcmeGrant) => Response | Promise<Response>) =>
    (context: Context): Response | Promise<Response> => {
      const token = /^bearer\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
      const grant = tokens.findAccess(token ?? '')
      if (!grant) {
        const error = token ? ', error="invalid_token"' : ''
        context.header('www-authenticate', `Bearer realm="Acme"${error}`)
        return context.json({ error: 'invalid_token' }, 401)
      }
      if (!grant.scopes.includes(scope)) {
        context.header(
          'www-authenticate',
          `Bearer realm="Acme", error="insufficient_scope", scope="${scope}"`,
        )
        return context.json({ error: 'insufficient_scope' }, 403)
      }
      return use(context, grant)
    }
}

/** Makes Acme's API, an ordinary JSON API of a company's own. */
export function createAcmeApi(tokens: AcmeTokens): { app: Hono; reset(): void } {
  const app = new Hono()
  const allow = guardAcme(tokens)
  let things = [...startingThings]

  app.get(
    '/v1/things',
    allow('things.read', context => context.json({ things })),
  )

  app.post(
    '/v1/things',
    allow('things.write', async (context, { user }) => {
      const body: unknown = await context.req.json().catch(() => undefined)
      const { name, colour }: Record<string, unknown> = { ...(body && typeof body === 'object' ? body : {}) }
      if (typeof name !== 'string' || !name) return context.json({ error: 'name is required' }, 422)
      const thing: Thing = {
        id: `thing-${things.length + 1}`,
        name,
        colour: typeof colour === 'string' ? colour : 'none',
        ownedBy: user.email,
      }
      things = [...things, thing]
      return context.json(thing, 201)
    }),
  )

  app.get(
    '/v1/me',
    allow('profile', (context, { user }) => context.json(accountOf(user))),
  )

  app.notFound(context => context.json({ error: 'not_found' }, 404))

  return {
    app,
    reset: () => {
      things = [...startingThings]
    },
  }
}
