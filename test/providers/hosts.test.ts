import { describe, expect, it } from 'vitest'
import manifest from '../../manifest.json' with { type: 'json' }
import { catalogue, providerById } from '../../src/providers'
import { hostsOf } from '../../src/providers/hosts'
import { other } from '../screens/example'

describe('hostsOf', () => {
  it('names each host that is called once', () => {
    const provider = providerById(other)
    expect(provider && hostsOf(provider)).toEqual([
      'https://auth.play2sell.com/*',
      'https://api.play2sell.com/*',
    ])
  })

  it('leaves out the page where people sign in', () => {
    const provider = providerById(other)
    const endpoints = provider && { ...provider.endpoints, authorization: 'https://login.example/authorize' }
    expect(endpoints && hostsOf({ ...provider, endpoints })).not.toContain('https://login.example/*')
  })

  // The browser rejects a request for a host that the manifest does not name.
  it.each(catalogue.map(provider => [provider.id, provider] as const))(
    '%s: names hosts of the manifest',
    (_, provider) => {
      for (const origin of hostsOf(provider)) expect(manifest.host_permissions).toContain(origin)
    },
  )
})
