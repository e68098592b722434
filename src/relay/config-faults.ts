import type { Provider } from '../providers/provider'
import type { SetupFault } from '../shared/setup-fault'
import type { Parts } from './config-schema'

/** What a configuration cannot mean, though each of its parts is well formed; every fault at once, by its path. */
export function meaningFaults(file: Parts, providers: Provider[]): SetupFault[] {
  const faults: SetupFault[] = []
  const fault = (path: string, message: string) => faults.push({ path, message })
  const { users, sealing } = file

  if (users && !users.issuer && !users.keys && !users.keysFile)
    fault('users', 'must have an issuer, keys or a keysFile: nobody could use the relay.')
  for (const [index, key] of sealing.entries())
    if (key && sealing.findIndex(other => other?.id === key.id) !== index)
      fault(`sealing[${index}].id`, 'is there twice.')
  const { listen, operations } = file
  if (listen?.port && listen.port === operations?.port) fault('operations.port', 'is the port of listen.')

  for (const [index, entry] of file.providers.entries()) {
    if (!entry) continue
    const at = (key: string) => `providers[${index}].${key}`
    if (file.providers.findIndex(other => other?.id === entry.id) !== index)
      fault(at('id'), 'is there twice.')
    const provider = providers.find(({ id }) => id === entry.id)
    if (!provider?.endpoints.token) {
      fault(at('id'), 'is in no catalogue, and has no endpoints.token here.')
      continue
    }
    if (entry.endpoints && !(entry.endpoints.token && (entry.api || !provider.api.length)))
      fault(
        at('endpoints'),
        'must have a token address, with api beside it: addresses are moved all together.',
      )
    if (entry.clientId === undefined && !entry.keys)
      fault(at('clientId'), 'is missing, and there are no keys.')
    if (entry.clientId !== undefined && !entry.clientSecret)
      fault(at('clientSecret'), 'is missing: a client without a secret needs no relay.')
    if (entry.keys && entry.clientId !== undefined)
      fault(
        at('keys'),
        'and a clientId exclude each other. Give one of the two an id of its own, with endpoints and api.',
      )
    if (entry.keys && !provider.flows.includes('client_credentials'))
      fault(at('keys'), 'are for providers with client credentials.')
    if (entry.keys && provider.api.length === 0) fault(at('api'), 'is missing: keys are for data.')
    for (const name of ['clientId', 'label'] as const)
      for (const [place, key] of (entry.keys ?? []).entries())
        if (entry.keys?.findIndex(other => other[name] === key[name]) !== place)
          fault(at(`keys[${place}].${name}`), 'is there twice.')
    if (entry.clientAuth === 'none') fault(at('clientAuth'), 'is none, but the relay has a secret to send.')
    for (const grant of entry.grants ?? [])
      if (!can(provider, grant)) fault(at('grants'), `names ${grant}, which this provider does not have.`)
    const grants = entry.grants ?? (entry.clientId === undefined ? [] : ['authorization_code'])
    const hasCode = grants.includes('authorization_code') && can(provider, 'authorization_code')
    if (hasCode && !entry.redirects)
      fault(at('redirects'), 'is missing: the redirect addresses of the extension.')
    if (hasCode && sealing.length === 0)
      fault('sealing', 'is missing: refresh tokens leave the relay sealed, or not at all.')
  }
  return faults
}

function can({ flows, endpoints, hooks }: Provider, grant: string): boolean {
  if (grant === 'exchange') return hooks?.exchangeRequests !== undefined
  if (grant === 'revocation') return endpoints.revocation !== undefined
  return flows.includes('authorization_code')
}
