import * as v from 'valibot'
import type { SetupFault } from '../shared/setup-fault'
import type { SetupView } from '../shared/view'
import { providerById } from './index'

// valibot's own strict object names one unknown key and stops; here every one is a fault of its own. The cast takes the
// rest's type (nothing) away again, which would make every property of the output `never`.
const strictObject = <E extends v.ObjectEntries>(entries: E) =>
  v.objectWithRest(entries, v.never('is not a key of a setup')) as unknown as v.ObjectSchema<E, undefined>

// Control and direction characters could make a text look like words of ours, or like another name.
const text = (most: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty('must not be empty'),
    v.regex(/^[^\p{Cc}\p{Cf}]*$/u, 'holds characters that cannot be seen'),
    v.maxLength(most),
  )

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
  const faults = [
    ...(parsed.issues ?? []).map(faultOfIssue),
    ...inheritedKeyFaults(json),
    ...meaningFaults(json),
  ]
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

// The schema takes some names that every object has (`constructor`) for keys that it knows. A setup is four levels deep;
// what is deeper is a fault of its own, and may be as deep as the file is long.
function inheritedKeyFaults(value: unknown, at = '', depth = 0): SetupFault[] {
  if (!isRecord(value) || depth > 4) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key
    return key === 'constructor' || key === '__proto__'
      ? [{ path, message: 'is not a key of a setup.' }]
      : inheritedKeyFaults(inner, path, depth + 1)
  })
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
