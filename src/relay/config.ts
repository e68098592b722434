import * as v from 'valibot'
import { catalogue } from '../providers'
import { providersOf } from '../providers/configured'
import type { Provider } from '../providers/provider'
import {
  address,
  clientId,
  endpoints,
  faultOfIssue,
  inheritedKeyFaults,
  name,
  origin,
  prefix,
  providerId,
  scopes,
  strictObject,
  text,
  whole,
} from '../providers/setup-parts'
import type { SetupFault } from '../shared/setup-fault'
import { clientAuths, type SetupView } from '../shared/view'
import { meaningFaults } from './config-faults'

// A secret never stands in the configuration, which people copy, mail and commit: only where it is found.
const secret = v.union(
  [
    strictObject({ env: v.pipe(v.string(), v.regex(/^\w{1,128}$/, 'must be the name of a variable')) }),
    strictObject({ file: text(1024) }),
  ],
  'must say where the secret is: {"env": "NAME"} or {"file": "/path"}',
)

const list = <S extends v.GenericSchema>(item: S, most = 64) =>
  v.pipe(v.array(item), v.minLength(1, 'must name one, or be left out'), v.maxLength(most))

const key = strictObject({
  label: text(60),
  clientId,
  clientSecret: secret,
  /** Who may use its data: subjects and thumbprints as logs name them, or everybody who may use the relay. */
  users: v.union([v.literal('everybody'), list(text(300), 10_000)], 'must be "everybody" or a list of users'),
})

const provider = strictObject({
  id: providerId,
  name: v.optional(name),
  clientId: v.optional(clientId),
  clientSecret: v.optional(secret),
  clientAuth: v.optional(v.picklist(clientAuths, 'must be none, basic, post or json')),
  grants: v.optional(
    list(
      v.picklist(
        ['authorization_code', 'refresh_token', 'exchange', 'revocation'],
        'must be authorization_code, refresh_token, exchange or revocation',
      ),
    ),
  ),
  redirects: v.optional(list(address)),
  scopes: v.optional(scopes),
  keys: v.optional(list(key)),
  methods: v.optional(
    list(
      v.picklist(
        ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        'must be the name of a method in capitals',
      ),
    ),
  ),
  audience: v.optional(address),
  issuer: v.optional(address),
  endpoints: v.optional(endpoints),
  api: v.optional(list(prefix, 16)),
})

// RFC 7638 with SHA-256: 32 bytes in base64url.
const thumbprint = v.pipe(v.string(), v.regex(/^[\w-]{43}$/, 'must be a thumbprint of 43 characters'))

const users = strictObject({
  issuer: v.optional(
    strictObject({
      issuer: address,
      audience: text(512),
      jwks: address,
      algorithms: v.optional(
        list(
          v.picklist(
            ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
            'must be the name of an algorithm with a public key',
          ),
        ),
        ['RS256', 'PS256', 'ES256', 'EdDSA'],
      ),
      clients: v.optional(list(text(512))),
      /** The client id whose ID tokens are taken as well, where the provider gives no access tokens for an audience. */
      idTokenFor: v.optional(text(512)),
    }),
  ),
  keys: v.optional(v.pipe(v.array(thumbprint), v.maxLength(10_000))),
  /** A file of admitted keys, which `relay admit` writes. */
  keysFile: v.optional(text(1024)),
})

const listen = strictObject({ host: v.optional(text(255), '127.0.0.1'), port: whole(0, 65_535) })

const relaySchema = strictObject({
  version: v.literal(1, 'must be 1'),
  origin,
  extensions: v.optional(list(v.pipe(v.string(), v.regex(/^[a-p]{32}$/, 'must be the id of an extension')))),
  providers: v.pipe(v.array(provider), v.minLength(1, 'must name a provider'), v.maxLength(64)),
  users,
  sealing: v.optional(
    list(
      strictObject({ id: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/, 'must be a short id')), key: secret }),
    ),
  ),
  perMinute: v.optional(
    strictObject({
      tokens: v.optional(whole(1, 1_000_000), 60),
      calls: v.optional(whole(1, 1_000_000), 600),
    }),
    {},
  ),
  listen: v.optional(listen, { port: 8787 }),
  operations: v.optional(listen, { port: 8788 }),
})

export type RelayFile = v.InferOutput<typeof relaySchema>
type FileProvider = RelayFile['providers'][number]
export type Grant = NonNullable<FileProvider['grants']>[number]

/** Gives a secret by where it is; undefined where there is none. */
export type ReadSecret = (place: { env: string } | { file: string }) => string | undefined
type Place = Parameters<ReadSecret>[0] | undefined

/** A key for client credentials. */
export type RelayKey = {
  label: string
  clientId: string
  clientSecret: string
  users: 'everybody' | string[]
}

/** One provider as the relay serves it. */
export type RelayProvider = {
  provider: Provider
  clientId: string | undefined
  clientSecret: string | undefined
  clientAuth: FileProvider['clientAuth']
  grants: ReadonlySet<Grant>
  redirects: ReadonlySet<string>
  scopes: ReadonlySet<string>
  audience: string | undefined
  keys: RelayKey[]
  methods: ReadonlySet<string>
}

/** A configuration that holds, its secrets read. */
export type RelayConfig = Omit<RelayFile, 'providers' | 'sealing'> & {
  providers: ReadonlyMap<string, RelayProvider>
  sealing: { id: string; bytes: Uint8Array<ArrayBuffer> }[]
}

/**
 * Reads a configuration: all of it, or every fault at once, each by its path and without a value. `readSecret` is asked
 * for every secret that it names.
 */
export function parseRelayConfig(
  content: string,
  readSecret: ReadSecret,
): { config: RelayConfig } | { faults: SetupFault[] } {
  let json: unknown
  try {
    json = JSON.parse(content.replace(/^\uFEFF/, ''))
  } catch {
    return { faults: [{ path: '', message: 'This is not a JSON file.' }] }
  }
  const parsed = v.safeParse(relaySchema, json)
  const inherited = inheritedKeyFaults(json)
  if (!parsed.success || inherited.length > 0)
    return { faults: [...(parsed.issues ?? []).map(faultOfIssue), ...inherited] }

  const all = providersIn(parsed.output)
  const faults = meaningFaults(parsed.output, all)
  const secretAt = (path: string, place: Place) => {
    if (!place) return undefined
    const found = readSecret(place)?.trim()
    if (found && /^[\x21-\x7e]+$/.test(found)) return found
    faults.push({
      path,
      message: found ? 'holds characters that no secret has.' : 'names a secret that is not there.',
    })
    return undefined
  }
  const providers = new Map(
    parsed.output.providers.flatMap((entry, index) => {
      const found = all.find(({ id }) => id === entry.id)
      const at = (path: string, place: Place) => secretAt(`providers[${index}].${path}`, place)
      return found ? [[entry.id, relayProvider(entry, found, at)]] : []
    }),
  )
  const sealing = (parsed.output.sealing ?? []).map(({ id, key: place }, index) => {
    const bytes = bytesOf(secretAt(`sealing[${index}].key`, place) ?? '')
    if (bytes.length !== 32)
      faults.push({ path: `sealing[${index}].key`, message: 'must be 32 bytes in base64.' })
    return { id, bytes }
  })
  return faults.length > 0 ? { faults } : { config: { ...parsed.output, providers, sealing } }
}

const isBuiltIn = (id: string) => catalogue.some(provider => provider.id === id)

/** The catalogue with the configuration's own addresses, and its own providers. */
function providersIn({ providers }: RelayFile): Provider[] {
  const configured: SetupView['providers'] = {}
  for (const { id, name, scopes, issuer, endpoints, api } of providers)
    if (isBuiltIn(id) || endpoints?.token) configured[id] = { name, scopes, issuer, endpoints, api }
  return providersOf({ organisation: {}, providers: configured, sites: [], rules: {} })
}

function relayProvider(
  entry: FileProvider,
  provider: Provider,
  secretAt: (path: string, place: Place) => string | undefined,
): RelayProvider {
  return {
    provider,
    clientId: entry.clientId,
    clientSecret: secretAt('clientSecret', entry.clientSecret),
    clientAuth: entry.clientAuth,
    grants: new Set(entry.grants ?? usualGrants(entry, provider)),
    redirects: new Set(entry.redirects),
    scopes: new Set(entry.scopes ?? provider.defaultScopes),
    audience: entry.audience ?? provider.audience,
    keys: (entry.keys ?? []).map((one, index) => ({
      ...one,
      clientSecret: secretAt(`keys[${index}].clientSecret`, one.clientSecret) ?? '',
    })),
    methods: new Set(entry.methods ?? ['GET', 'HEAD']),
  }
}

function usualGrants(entry: FileProvider, { flows, endpoints: { revocation } }: Provider): Grant[] {
  if (entry.clientId === undefined) return []
  return [
    ...(flows.includes('authorization_code') ? (['authorization_code', 'refresh_token'] as const) : []),
    ...(flows.includes('exchange') ? (['exchange'] as const) : []),
    ...(revocation ? (['revocation'] as const) : []),
  ]
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), one => one.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}
