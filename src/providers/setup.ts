import * as v from 'valibot'
import type { SetupFault } from '../shared/setup-fault'
import { clientAuths, permitDurations } from '../shared/view'
import { type KnownSecret, meaningFaults } from './setup-faults'
import {
  address,
  clientId,
  clientSecret,
  endpoints,
  faultOfIssue,
  flow,
  inheritedKeyFaults,
  name,
  origin,
  prefix,
  providerId,
  scopes,
  strictObject,
  text,
  whole,
} from './setup-parts'

const key = strictObject({ label: text(60), clientId, clientSecret: v.optional(clientSecret) })

const providerEntry = strictObject({
  id: providerId,
  clientId: v.optional(clientId),
  clientSecret: v.optional(clientSecret),
  clientAuth: v.optional(v.picklist(clientAuths, 'must be none, basic, post or json')),
  relay: v.optional(origin),
  keys: v.optional(v.pipe(v.array(key), v.minLength(1, 'must name a key, or be left out'), v.maxLength(64))),
  flow: v.optional(flow),
  scopes: v.optional(scopes),
  audience: v.optional(address),
  idToken: v.optional(v.boolean()),
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
