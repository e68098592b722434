import type { SetupFault } from '../shared/setup-fault'
import { endpointNames } from '../shared/view'
import { isLoopback, isPrivate } from './addresses'
import { secretPlace } from './hosts'
import { catalogue, providerById } from './index'
import type { Provider } from './provider'
import { idTokenFaults, relayFaults } from './relay-faults'
import { relayed } from './relayed'

type Fields = Record<string, unknown>

export const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/**
 * Whether there is a client secret in the vault already, for this place (`secretPlace`): an exported setup has none, and is
 * whole with these. One that is kept for another place is none: else a file without any secret could send it there.
 */
export type KnownSecret = (provider: string, clientId: string, place: string) => boolean

/**
 * What the schema cannot say: what the entries of a setup mean together, and what this version can do. It looks at
 * every entry that has an id, whatever else is wrong with the file, and takes nothing for granted of its fields.
 */
export function meaningFaults(json: unknown, isKnown: KnownSecret): SetupFault[] {
  if (!isRecord(json)) return []
  const { rules } = json
  return [
    // The schema refuses more, and what is said of each takes a look at all.
    ...providersFaults(listOf(json.providers).slice(0, 64), isRecord(rules) ? rules : {}, isKnown),
    ...sitesFaults(listOf(json.sites), listOf(json.providers)),
  ]
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function providersFaults(entries: unknown[], rules: Fields, isKnown: KnownSecret): SetupFault[] {
  const seen = new Set<string>()
  const relays = entries.flatMap(entry => (isRecord(entry) && entry.relay ? [entry.relay] : []))
  return entries.flatMap((entry, index) => {
    if (!isRecord(entry) || typeof entry.id !== 'string') return []
    const at = `providers[${index}]`
    const isTwice = seen.has(entry.id)
    seen.add(entry.id)
    const { id } = entry
    const provider = providerById(id)
    const hasSecret = (one: Fields) =>
      one.clientSecret !== undefined ||
      (typeof one.clientId === 'string' && isKnown(id, one.clientId, placeOf(entry, provider)))
    const behind = provider && entry.relay !== undefined ? relayed(provider, '') : provider
    const faults = [
      ...(behind ? builtInFaults(entry, behind, hasSecret) : ownFaults(entry, hasSecret)),
      ...secretFaults(entry),
      ...keysFaults(entry, hasSecret),
      ...privateFaults(entry, listOf(rules.privateAddresses)),
      ...relayFaults(entry, behind),
      ...idTokenFaults(entry, !provider, relays),
      ...flowRuleFaults(entry, behind, rules.flows),
    ]
    const nameFaults = isNameTaken(entries, index)
      ? [{ path: `${at}.name`, message: 'is another provider’s: nobody could tell the two apart.' }]
      : []
    return [
      ...(isTwice ? [{ path: `${at}.id`, message: 'stands here twice.' }] : []),
      ...nameFaults,
      ...faults.map(({ path, message }) => ({ path: `${at}.${path}`, message })),
    ]
  })
}

// What is left of a name for a hurried eye: letters and digits without their marks, with those taken together that look
// alike. Cyrillic has letters for a whole name of ours.
const plainName = (name: unknown) =>
  typeof name === 'string'
    ? name
        .normalize('NFKD')
        .toLowerCase()
        .replace(/[|\u01c0]/g, 'l')
        .replace(/[^\p{L}\p{N}]/gu, '')
        .replace(/./gu, letter => alike[letter] ?? letter)
    : ''

const alike: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'l',
  5: 's',
  i: 'l',
  ı: 'l',
  '\u0430': 'a',
  '\u0435': 'e',
  '\u043e': 'o',
  '\u0441': 'c',
  '\u0442': 't',
  '\u0443': 'y',
  '\u0455': 's',
  '\u0456': 'l',
  '\u04cf': 'l',
}

// A provider of the setup's own that looks like a known one would be clicked as that.
function isNameTaken(entries: unknown[], index: number): boolean {
  const nameOf = (entry: unknown) => (isRecord(entry) ? plainName(entry.name) : '')
  const name = nameOf(entries[index])
  if (name === '') return false
  return (
    catalogue.some(known => plainName(known.name) === name) ||
    entries.findIndex(entry => nameOf(entry) === name) < index
  )
}

/** An entry of a provider of the catalogue: a file may move it to loopback, and nowhere else. */
function builtInFaults(
  entry: Fields,
  provider: Provider,
  hasSecret: (entry: Fields) => boolean,
): SetupFault[] {
  const flow = String(entry.flow ?? provider.defaultFlow)
  const isOffered = provider.flows.some(offered => offered === flow)
  // Its own fault beside a relay, so it is nothing to advise.
  const usable = provider.flows.filter(offered => !provider.relay || offered !== 'personal_token')
  const needsApp = !['client_credentials', 'personal_token'].includes(flow)
  return [
    ...(isOffered ? [] : [{ path: 'flow', message: `is not offered here; use ${usable.join(' or ')}.` }]),
    ...(needsApp && entry.clientId === undefined ? [{ path: 'clientId', message: 'is missing.' }] : []),
    ...(needsApp && provider.needsSecret.some(needing => needing === flow) && !hasSecret(entry)
      ? [{ path: 'clientSecret', message: `is missing: ${provider.name} wants it for this flow.` }]
      : []),
    ...(entry.audience && !provider.audience
      ? [{ path: 'audience', message: 'is not something this provider asks for.' }]
      : []),
    ...(entry.allowImplicitRefresh && !provider.flows.includes('implicit')
      ? [
          {
            path: 'allowImplicitRefresh',
            message: `means nothing here: ${provider.relay ? 'behind a relay there is' : 'this provider has'} no implicit flow.`,
          },
        ]
      : []),
    ...(entry.allowImplicitRefresh === true && provider.flows.includes('implicit') && !hasSecret(entry)
      ? [{ path: 'clientSecret', message: `is missing: ${provider.name} refreshes nothing without it.` }]
      : []),
    ...(entry.name === undefined
      ? []
      : [{ path: 'name', message: 'is fixed for a provider that Dealpass knows. Use an id of your own.' }]),
    ...(entry.keys && !provider.flows.includes('client_credentials')
      ? [{ path: 'keys', message: 'are not something this provider has.' }]
      : []),
    ...movedFaults(entry, provider),
  ]
}

function movedFaults(entry: Fields, provider: Provider): SetupFault[] {
  const endpoints = isRecord(entry.endpoints) ? entry.endpoints : {}
  const api = listOf(entry.api)
  if (entry.endpoints === undefined && entry.api === undefined && entry.issuer === undefined) return []
  const addresses: [path: string, address: unknown][] = [
    ['issuer', entry.issuer],
    ...endpointNames.map((name): [string, unknown] => [`endpoints.${name}`, endpoints[name]]),
    ...api.map((address, index): [string, unknown] => [`api[${index}]`, address]),
  ]
  return [
    ...addresses
      .filter(([, address]) => typeof address === 'string' && !isLoopback(address))
      .map(([path]) => ({
        path,
        message: `is not on this machine. A file may move ${provider.name} to 127.0.0.1 for practice, and nowhere else; give another server an id of its own.`,
      })),
    // Half of it real would send what is practice to the real provider, or the other way round.
    ...endpointNames
      .filter(name => provider.endpoints[name] !== undefined && endpoints[name] === undefined)
      .map(name => ({ path: `endpoints.${name}`, message: 'is missing: practice moves every address.' })),
    ...(provider.openid && entry.issuer === undefined
      ? [{ path: 'issuer', message: 'is missing: ID tokens name it.' }]
      : []),
    ...(api.length === provider.api.length
      ? []
      : [{ path: 'api', message: 'is missing: practice moves every address.' }]),
    ...api.flatMap((address, index) => {
      const path = provider.api[index] && new URL(provider.api[index]).pathname
      const isKept =
        !path || typeof address !== 'string' || !URL.canParse(address) || new URL(address).pathname === path
      return isKept ? [] : [{ path: `api[${index}]`, message: `must keep the path ${path}.` }]
    }),
  ]
}

/** An entry of a provider that the catalogue does not have. */
function ownFaults(entry: Fields, hasSecret: (entry: Fields) => boolean): SetupFault[] {
  const flow = entry.flow ?? 'authorization_code'
  const endpoints = isRecord(entry.endpoints) ? entry.endpoints : {}
  const isMachine = flow === 'client_credentials'
  const isDirect = isMachine || flow === 'password'
  const needed = isDirect ? ['token'] : ['authorization', 'token']
  return [
    ...(flow === 'exchange' || flow === 'personal_token'
      ? [{ path: 'flow', message: 'is one that only a provider of Dealpass’ own list can have.' }]
      : []),
    ...(entry.name === undefined
      ? [{ path: 'name', message: 'is missing. (Dealpass knows no provider of this id.)' }]
      : []),
    ...(entry.clientId === undefined && !(isMachine && (entry.keys || entry.relay))
      ? [{ path: 'clientId', message: 'is missing.' }]
      : []),
    ...(isMachine && !hasSecret(entry) && !entry.keys && !entry.relay
      ? [{ path: 'clientSecret', message: 'is missing: client credentials are nothing without it.' }]
      : []),
    ...(entry.endpoints === undefined
      ? [
          {
            path: 'endpoints',
            message: 'is missing. This version does not look addresses up from the issuer yet.',
          },
        ]
      : needed
          .filter(name => endpoints[name] === undefined)
          .map(name => ({ path: `endpoints.${name}`, message: 'is missing.' }))),
    ...(isDirect && endpoints.authorization !== undefined
      ? [
          {
            path: 'endpoints.authorization',
            message: 'means nothing here: nobody is sent there in this flow.',
          },
        ]
      : []),
    ...(entry.api === undefined ? [{ path: 'api', message: 'is missing.' }] : []),
    ...(Array.isArray(entry.scopes) && entry.scopes.includes('openid') && entry.issuer === undefined
      ? [{ path: 'issuer', message: 'is missing: with the scope openid an ID token comes, which names it.' }]
      : []),
    ...(entry.keys !== undefined && !isMachine
      ? [{ path: 'keys', message: 'are for the flow client_credentials alone.' }]
      : []),
    ...(entry.allowImplicitRefresh
      ? [{ path: 'allowImplicitRefresh', message: 'is something that only Sell needs.' }]
      : []),
  ]
}

function secretFaults(entry: Fields): SetupFault[] {
  return [
    ...(entry.clientSecret !== undefined && entry.clientId === undefined
      ? [{ path: 'clientSecret', message: 'belongs to a clientId, which is missing.' }]
      : []),
    ...(entry.clientAuth === 'none' && entry.clientSecret !== undefined
      ? [{ path: 'clientAuth', message: 'is none, but there is a client secret.' }]
      : []),
  ]
}

function placeOf({ endpoints }: Fields, provider: Provider | undefined): string {
  const { token, revocation } = isRecord(endpoints) ? endpoints : (provider?.endpoints ?? {})
  const originOf = (address: unknown) =>
    typeof address === 'string' && URL.canParse(address) ? new URL(address).origin : undefined
  return secretPlace({ token: originOf(token) ?? '', revocation: originOf(revocation), api: [] })
}

function keysFaults(entry: Fields, hasSecret: (entry: Fields) => boolean): SetupFault[] {
  const keys = listOf(entry.keys).map(key => (isRecord(key) ? key : {}))
  // A label names a connection, and a client id tells two apart.
  const isTwice = (name: 'label' | 'clientId', index: number) =>
    keys[index]?.[name] !== undefined && keys.findIndex(key => key[name] === keys[index]?.[name]) < index
  return keys.flatMap((key, index) => [
    ...(['label', 'clientId'] as const).flatMap(name =>
      isTwice(name, index) ? [{ path: `keys[${index}].${name}`, message: 'stands here twice.' }] : [],
    ),
    ...(hasSecret(key) || entry.relay
      ? []
      : [{ path: `keys[${index}].clientSecret`, message: 'is missing.' }]),
  ])
}

function flowRuleFaults(entry: Fields, provider: Provider | undefined, allowed: unknown): SetupFault[] {
  const flow = entry.flow ?? provider?.defaultFlow ?? 'authorization_code'
  return Array.isArray(allowed) && !allowed.includes(flow)
    ? [{ path: 'flow', message: 'is not among rules.flows.' }]
    : []
}

// Calls of pages go to addresses inside the company only where its rules say so: a setup from elsewhere could else let
// them reach such. Token endpoints are called by the background alone, and a company's own may well stand inside.
function privateFaults(entry: Fields, allowed: unknown[]): SetupFault[] {
  return listOf(entry.api).flatMap((address, index) => {
    if (typeof address !== 'string' || !URL.canParse(address) || !isPrivate(address)) return []
    return allowed.includes(new URL(address).origin)
      ? []
      : [
          {
            path: `api[${index}]`,
            message: 'is a private address. Name its origin in rules.privateAddresses.',
          },
        ]
  })
}

function sitesFaults(sites: unknown[], entries: unknown[]): SetupFault[] {
  const known = new Set([
    ...catalogue.map(({ id }) => id),
    ...entries.map(entry => (isRecord(entry) ? entry.id : undefined)),
  ])
  return sites.flatMap((site, index) => {
    if (!isRecord(site) || typeof site.provider !== 'string') return []
    return known.has(site.provider)
      ? []
      : [{ path: `sites[${index}].provider`, message: 'is not a provider of this setup.' }]
  })
}
