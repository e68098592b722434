import * as v from 'valibot'
import { catalogue } from '../providers'
import { providersOf } from '../providers/configured'
import type { Provider } from '../providers/provider'
import { faultOfIssue, inheritedKeyFaults } from '../providers/setup-parts'
import type { SetupFault } from '../shared/setup-fault'
import type { SetupView } from '../shared/view'
import { meaningFaults } from './config-faults'
import {
  type FileProvider,
  type Grant,
  type Parts,
  partsOf,
  type RelayFile,
  relaySchema,
} from './config-schema'

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
  const parts: Parts = parsed.success
    ? { ...parsed.output, sealing: parsed.output.sealing ?? [] }
    : partsOf(json)
  const all = providersIn(parts)
  const faults = [
    ...(parsed.issues ?? []).map(faultOfIssue),
    ...inheritedKeyFaults(json),
    ...meaningFaults(parts, all),
  ]
  const secretAt = (path: string, place: Place) => {
    if (!place) return undefined
    const found = readSecret(place)?.trim()
    if (found && /^[\x21-\x7e]+$/.test(found)) return found
    faults.push({ path, message: secretFault(place, found) })
    return undefined
  }
  const providers = new Map(
    parts.providers.flatMap((entry, index) => {
      const found = all.find(({ id }) => id === entry?.id)
      const at = (path: string, place: Place) => secretAt(`providers[${index}].${path}`, place)
      return entry && found ? [[entry.id, relayProvider(entry, found, at)]] : []
    }),
  )
  const sealing = parts.sealing.flatMap((entry, index) => {
    const path = `sealing[${index}].key`
    const secret = secretAt(path, entry?.key)
    if (!entry || secret === undefined) return []
    const bytes = bytesOf(secret)
    if (bytes.length !== 32) faults.push({ path, message: 'must be 32 bytes in base64.' })
    return [{ id: entry.id, bytes }]
  })
  return !parsed.success || faults.length > 0
    ? { faults }
    : { config: { ...parsed.output, providers, sealing } }
}

// Neither name is said: where people mistake the two, the secret itself stands there.
function secretFault(place: { env: string } | { file: string }, found: string | undefined): string {
  if (found) return 'holds characters that no secret has.'
  if (found === '') return 'env' in place ? 'names a variable that is empty.' : 'names a file that is empty.'
  return 'env' in place
    ? 'names a variable that is not set where the relay runs.'
    : 'names a file that is not there, or may not be read.'
}

const isBuiltIn = (id: string) => catalogue.some(provider => provider.id === id)

/** The catalogue with the configuration's own addresses, and its own providers. */
function providersIn({ providers }: Parts): Provider[] {
  const configured: SetupView['providers'] = {}
  for (const { id, name, scopes, issuer, endpoints, api } of providers.filter(one => one !== undefined))
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
