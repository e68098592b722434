import * as v from 'valibot'
import type { SetupFault } from '../shared/setup-fault'
import { isLoopback } from './addresses'
import { isRecord } from './setup-faults'

// What a setup and the configuration of a relay are made of.

// valibot's own strict object names one unknown key and stops; here every one is a fault of its own. The cast takes the
// rest's type (nothing) away again, which would make every property of the output `never`.
export const strictObject = <E extends v.ObjectEntries>(entries: E) =>
  v.objectWithRest(entries, v.never('is not a key that is known here')) as unknown as v.ObjectSchema<
    E,
    undefined
  >

// Control and direction characters could make a text look like words of ours, or like another name.
export const text = (most: number) =>
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
export const clientId = v.pipe(
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
export const clientSecret = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.maxLength(1024),
  v.regex(/^[\x21-\x7e]+$/, 'must be the client secret alone, without spaces'),
)

export const flow = v.picklist(
  ['authorization_code', 'implicit', 'password', 'client_credentials', 'exchange', 'personal_token'],
  'must be the name of a flow',
)

// `constructor` is the one such word that every object has.
export const providerId = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a short lower-case id'),
  v.check(id => !(id in {}), 'must be a short lower-case id'),
)

export const address = v.pipe(
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

export const origin = v.pipe(
  address,
  v.check(
    value => !URL.canParse(value) || new URL(value).origin === value,
    'must be an origin, without a path or a slash at its end',
  ),
)

export const prefix = v.pipe(
  address,
  v.check(
    value => URL.canParse(value) && new URL(value).pathname.endsWith('/') && !new URL(value).search,
    'must end in a slash',
  ),
)

export const scopes = v.pipe(
  v.array(scope),
  v.minLength(1, 'must name a scope, or be left out'),
  v.maxLength(64),
)

// Scripts with letters that are drawn as Latin ones are (UTS #39).
const likeLatin =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}]/u

// Dealpass puts accounts and notes behind a name with these; letters of two scripts make one name look like another.
export const name = v.pipe(
  text(40),
  v.check(value => !/ – | · /.test(value), 'must not have a dash or dot between spaces'),
  v.check(
    value => !(/\p{Script=Latin}/u.test(value) && likeLatin.test(value)),
    'mixes letters that look alike',
  ),
)

export const endpoints = strictObject({
  authorization: v.optional(address),
  token: v.optional(address),
  revocation: v.optional(address),
  tokenInfo: v.optional(address),
  introspection: v.optional(address),
  userinfo: v.optional(address),
})

export const whole = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  )

const kinds: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
}

/** A fault in words of ours: valibot's default messages quote what they received. */
export function faultOfIssue(issue: v.BaseIssue<unknown>): SetupFault {
  const path = v.getDotPath(issue)?.replace(/\.(\d+)(?=\.|$)/g, '[$1]') ?? ''
  if (issue.received === 'undefined') return { path, message: 'is missing.' }
  const kind = kinds[issue.expected ?? ''] ?? issue.expected ?? 'something else'
  const own = issue.message.startsWith('Invalid ') ? `must be ${kind}` : issue.message
  return { path, message: `${own.replaceAll('"', '')}.` }
}

// The schema takes some names that every object has (`constructor`) for keys that it knows. A setup is five levels deep;
// what is deeper is a fault of its own, and may be as deep as the file is long.
export function inheritedKeyFaults(value: unknown, at = '', depth = 0): SetupFault[] {
  if (!isRecord(value) || depth > 5) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key
    return key === 'constructor' || key === '__proto__'
      ? [{ path, message: 'is not a key that is known here.' }]
      : inheritedKeyFaults(inner, path, depth + 1)
  })
}
