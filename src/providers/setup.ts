import * as v from 'valibot'
import type { SetupFault, SetupReview } from '../shared/setup-review'
import type { SetupView } from '../shared/view'
import { providerById } from './index'
import type { Provider } from './provider'

// valibot's own strict object names one unknown key and stops; here every one is a fault of its own. The cast takes the
// rest's type (nothing) away again, which would make every property of the output `never`.
const strictObject = <E extends v.ObjectEntries>(entries: E) =>
  v.objectWithRest(entries, v.never('is not a key of a setup')) as unknown as v.ObjectSchema<E, undefined>

const text = (most: number) =>
  v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(most))

// RFC 6749 appendix A.1: VSCHAR. White space or a control character is a slip of copy and paste.
const clientId = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.maxLength(512),
  v.regex(/^[\x21-\x7e]+$/, 'must be the client id alone, without spaces'),
)

// RFC 6749 section 3.3: scope-token.
const scope = v.pipe(
  v.string(),
  v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is not a scope name'),
  v.maxLength(128),
)

const flow = v.picklist([
  'authorization_code',
  'implicit',
  'password',
  'client_credentials',
  'exchange',
  'personal_token',
])

const httpsAddress = v.pipe(
  v.string(),
  v.maxLength(512),
  v.check(value => {
    if (!URL.canParse(value)) return false
    const url = new URL(value)
    return url.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === ''
  }, 'must be an https address'),
)

const providerEntry = strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a short lower-case id')),
  clientId,
  flow: v.optional(flow),
  scopes: v.optional(
    v.pipe(v.array(scope), v.minLength(1, 'must name a scope, or be left out'), v.maxLength(64)),
  ),
  audience: v.optional(httpsAddress),
})

const setup = strictObject({
  version: v.literal(1, 'must be 1'),
  organisation: v.optional(
    strictObject({ name: v.optional(text(120)), supportContact: v.optional(text(254)) }),
    {},
  ),
  providers: v.pipe(v.array(providerEntry), v.minLength(1, 'must name a provider'), v.maxLength(64)),
})

/** A setup that holds: every entry names a provider of the catalogue, in a flow that it has. */
export type Setup = v.InferOutput<typeof setup>

/**
 * Reads a setup file. Either the setup, or every fault of it at once, each with its path; never both, and a fault's
 * words repeat no value of the file (it may hold a secret in the wrong place).
 */
export function parseSetup(content: string): { setup: Setup } | { faults: SetupFault[] } {
  let json: unknown
  try {
    json = JSON.parse(content.replace(/^\uFEFF/, ''))
  } catch {
    return { faults: [{ path: '', message: 'This is not a JSON file.' }] }
  }
  const parsed = v.safeParse(setup, json)
  const faults = [...(parsed.issues ?? []).map(faultOfIssue), ...meaningFaults(json)]
  return parsed.success && faults.length === 0 ? { setup: parsed.output } : { faults }
}

const kinds: Readonly<Record<string, string>> = { Object: 'an object', Array: 'a list', string: 'a text' }

function faultOfIssue(issue: v.BaseIssue<unknown>): SetupFault {
  const path = v.getDotPath(issue)?.replace(/\.(\d+)(?=\.|$)/g, '[$1]') ?? ''
  if (issue.received === 'undefined') return { path, message: 'is missing.' }
  // valibot's default messages quote what they received; ours never do.
  const kind = kinds[issue.expected ?? ''] ?? issue.expected ?? 'something else'
  const own = issue.message.startsWith('Invalid ') ? `must be ${kind}` : issue.message
  return { path, message: `${own.replaceAll('"', '')}.` }
}

/** What the schema cannot say. Looks at every entry that has an id, whatever else is wrong with the file. */
function meaningFaults(json: unknown): SetupFault[] {
  const faults: SetupFault[] = []
  const seen = new Set<string>()
  const entries: unknown[] = isRecord(json) && Array.isArray(json.providers) ? json.providers : []
  for (const [index, entry] of entries.entries()) {
    if (!isRecord(entry) || typeof entry.id !== 'string') continue
    const { id } = entry
    const at = `providers[${index}]`
    if (seen.has(id)) faults.push({ path: `${at}.id`, message: 'stands here twice.' })
    seen.add(id)
    const provider = providerById(id)
    if (!provider) {
      faults.push({ path: `${at}.id`, message: 'is not a provider that this version knows.' })
      continue
    }
    if (entry.flow && !provider.flows.some(flow => flow === entry.flow))
      faults.push({ path: `${at}.flow`, message: `is not offered here; use ${provider.flows.join(' or ')}.` })
    if (entry.audience && !provider.audience)
      faults.push({ path: `${at}.audience`, message: 'is not something this provider asks for.' })
  }
  return faults
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** The part of a setup that screens may see, and that Connect works from. */
export function viewOfSetup({ organisation, providers }: Setup): SetupView {
  return {
    organisation,
    providers: Object.fromEntries(providers.map(({ id, ...configured }) => [id, configured])),
  }
}

/** What a setup would do: each host by name with what it would receive, and what it replaces. */
export function reviewOfSetup(next: Setup, current: SetupView | null): SetupReview {
  return {
    organisation: next.organisation,
    providers: next.providers.flatMap(entry => {
      const provider = providerById(entry.id)
      if (!provider) return []
      const before = current?.providers[entry.id]?.clientId
      return [
        {
          id: entry.id,
          clientId: entry.clientId,
          scopes: [...(entry.scopes ?? provider.defaultScopes)],
          hosts: hostsOf(provider),
          ...(before && before !== entry.clientId ? { replaces: before } : {}),
        },
      ]
    }),
    removes: Object.keys(current?.providers ?? {}).filter(
      id => !next.providers.some(entry => entry.id === id),
    ),
  }
}

function hostsOf({ endpoints, api }: Provider): SetupReview['providers'][number]['hosts'] {
  const received = new Map<string, Set<'sign-ins' | 'tokens' | 'data'>>()
  const add = (address: string | undefined, what: 'sign-ins' | 'tokens' | 'data') => {
    if (!address) return
    const { host } = new URL(address)
    received.set(host, (received.get(host) ?? new Set()).add(what))
  }
  add(endpoints.authorization, 'sign-ins')
  for (const address of [endpoints.token, endpoints.revocation, endpoints.userinfo, endpoints.tokenInfo])
    add(address, 'tokens')
  for (const address of api) add(address, 'data')
  return [...received].map(([host, receives]) => ({ host, receives: [...receives] }))
}
