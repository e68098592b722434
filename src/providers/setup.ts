import * as v from 'valibot'
import type { SetupFault } from '../shared/setup-fault'
import { clientAuths, permitDurations } from '../shared/view'
import { isLoopback } from './addresses'
import { isRecord, type KnownSecret, meaningFaults } from './setup-faults'

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
    v.check(
      value => !/\p{Default_Ignorable_Code_Point}|\u2800/u.test(value),
      'holds characters that cannot be seen',
    ),
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

// RFC 6749 appendix A.2: VSCHAR, too.
const clientSecret = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.maxLength(1024),
  v.regex(/^[\x21-\x7e]+$/, 'must be the client secret alone, without spaces'),
)

const flow = v.picklist(
  ['authorization_code', 'implicit', 'password', 'client_credentials', 'exchange', 'personal_token'],
  'must be the name of a flow',
)

// `constructor` is the one such word that every object has.
const providerId = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a short lower-case id'),
  v.check(id => !(id in {}), 'must be a short lower-case id'),
)

const address = v.pipe(
  v.string(),
  v.maxLength(512),
  v.check(value => {
    if (!URL.canParse(value)) return false
    const url = new URL(value)
    if (url.username || url.password || url.hash) return false
    // Shown as it stands: a name of other letters has to stand in its ASCII form (RFC 3492).
    if (!/^[\x21-\x7e]+$/.test(value) || /[*%]/.test(url.host)) return false
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(value))
  }, 'must be an https address without a user name, a password or a fragment (http on 127.0.0.1 and localhost alone)'),
)

const origin = v.pipe(
  address,
  v.check(
    value => !URL.canParse(value) || new URL(value).origin === value,
    'must be an origin, without a path or a slash at its end',
  ),
)

const prefix = v.pipe(
  address,
  v.check(
    value => URL.canParse(value) && new URL(value).pathname.endsWith('/') && !new URL(value).search,
    'must end in a slash',
  ),
)

const scopes = v.pipe(v.array(scope), v.minLength(1, 'must name a scope, or be left out'), v.maxLength(64))

const key = strictObject({ label: text(60), clientId, clientSecret: v.optional(clientSecret) })

// Scripts with letters that are drawn as Latin ones are (UTS #39).
const likeLatin =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}]/u

// Dealpass puts accounts and notes behind a name with these; letters of two scripts make one name look like another.
const name = v.pipe(
  text(40),
  v.check(value => !/ – | · /.test(value), 'must not have a dash or dot between spaces'),
  v.check(
    value => !(/\p{Script=Latin}/u.test(value) && likeLatin.test(value)),
    'mixes letters that look alike',
  ),
)

const endpoints = strictObject({
  authorization: v.optional(address),
  token: v.optional(address),
  revocation: v.optional(address),
  tokenInfo: v.optional(address),
  introspection: v.optional(address),
  userinfo: v.optional(address),
})

const providerEntry = strictObject({
  id: providerId,
  clientId: v.optional(clientId),
  clientSecret: v.optional(clientSecret),
  clientAuth: v.optional(v.picklist(clientAuths, 'must be none, basic, post or json')),
  relay: v.optional(address),
  keys: v.optional(v.pipe(v.array(key), v.minLength(1, 'must name a key, or be left out'), v.maxLength(64))),
  flow: v.optional(flow),
  scopes: v.optional(scopes),
  audience: v.optional(address),
  allowImplicitRefresh: v.optional(v.boolean()),
  name: v.optional(name),
  issuer: v.optional(address),
  endpoints: v.optional(endpoints),
  api: v.optional(v.pipe(v.array(prefix), v.minLength(1, 'must name an address'), v.maxLength(16))),
})

const site = strictObject({
  origin,
  provider: providerId,
  scopes,
  use: v.picklist(['fetch', 'token'], 'must be fetch or token'),
  access: v.picklist(['read', 'change'], 'must be read or change'),
})

const whole = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  )

const rules = strictObject({
  flows: v.optional(v.array(flow)),
  maxLeaseMinutes: v.optional(whole(1, 24 * 60)),
  passphrase: v.optional(v.picklist(['optional', 'required', 'off'], 'must be optional, required or off')),
  lockAfterMinutes: v.optional(whole(1, 7 * 24 * 60)),
  userProviders: v.optional(v.boolean()),
  userSites: v.optional(v.boolean()),
  privateAddresses: v.optional(v.pipe(v.array(origin), v.maxLength(64))),
  keepReceiptsDays: v.optional(whole(0, 3650)),
  longestPermit: v.optional(v.picklist(permitDurations, 'must be once, run, hours or always')),
})

/** The schema of a setup file; what it cannot say is in `setup-faults.ts`. The JSON Schema is made of it. */
export const setupSchema = strictObject({
  version: v.literal(1, 'must be 1'),
  organisation: v.optional(
    strictObject({ name: v.optional(text(120)), supportContact: v.optional(text(254)) }),
    {},
  ),
  providers: v.pipe(v.array(providerEntry), v.minLength(1, 'must name a provider'), v.maxLength(64)),
  sites: v.optional(v.pipe(v.array(site), v.maxLength(256)), []),
  rules: v.optional(rules, {}),
})

/** A setup that holds. It has the secrets of the file. */
export type Setup = v.InferOutput<typeof setupSchema>
export type ProviderEntry = Setup['providers'][number]

/**
 * Reads a setup file. Either the setup, or every fault of it at once, each with its path; never both, and a fault's
 * words repeat no value of the file (it may hold a secret in the wrong place). `isKnown` tells which secrets are in
 * the vault and need not stand in the file.
 */
export function parseSetup(
  content: string,
  isKnown: KnownSecret = () => false,
): { setup: Setup } | { faults: SetupFault[] } {
  let json: unknown
  try {
    json = JSON.parse(content.replace(/^\uFEFF/, ''))
  } catch {
    return { faults: [{ path: '', message: 'This is not a JSON file.' }] }
  }
  const parsed = v.safeParse(setupSchema, json)
  const faults = [
    ...(parsed.issues ?? []).map(faultOfIssue),
    ...inheritedKeyFaults(json),
    ...meaningFaults(json, isKnown),
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

// The schema takes some names that every object has (`constructor`) for keys that it knows. A setup is five levels deep;
// what is deeper is a fault of its own, and may be as deep as the file is long.
function inheritedKeyFaults(value: unknown, at = '', depth = 0): SetupFault[] {
  if (!isRecord(value) || depth > 5) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key
    return key === 'constructor' || key === '__proto__'
      ? [{ path, message: 'is not a key of a setup.' }]
      : inheritedKeyFaults(inner, path, depth + 1)
  })
}
