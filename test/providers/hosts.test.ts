import { describe, expect, it } from 'vitest'
import { providerById } from '../../src/providers'
import { addressesOf, hostsOf, isAt, probeAddress } from '../../src/providers/hosts'
import type { Provider } from '../../src/providers/provider'
import { other } from '../screens/example'

const provider = providerById(other) as Provider

describe('hostsOf', () => {
  it('names each host that is called once', () => {
    expect(hostsOf(provider)).toEqual(['https://auth.play2sell.com/*', 'https://api.play2sell.com/*'])
  })

  it('leaves out the page where people sign in', () => {
    const endpoints = { ...provider.endpoints, authorization: 'https://login.example/authorize' }
    expect(hostsOf({ ...provider, endpoints })).not.toContain('https://login.example/*')
  })

  it('leaves out what is never called, and what is not there', () => {
    const { whoIsIt: _, ...silent } = provider
    const endpoints = { token: 'https://id.example/token', introspection: 'https://inspect.example/' }
    expect(hostsOf({ ...silent, endpoints, api: ['https://api.example/v1/'] })).toEqual([
      'https://id.example/*',
      'https://api.example/*',
    ])
  })

  it('names a host without its port, with which no pattern is valid in every browser', () => {
    const endpoints = { token: 'http://127.0.0.1:4101/token', userinfo: 'http://127.0.0.1:4102/me' }
    expect(hostsOf({ ...provider, endpoints, api: ['http://localhost:4103/'] })).toEqual([
      'http://127.0.0.1/*',
      'http://localhost/*',
    ])
  })
})

describe('probeAddress', () => {
  const whoIsIt = { account: () => undefined }

  it.each<[title: string, change: Partial<Provider>, address: string | undefined]>([
    ['a path of the API', { whoIsIt: { ...whoIsIt, path: 'me' } }, 'https://api.play2sell.com/v1/me'],
    ['the userinfo endpoint', { whoIsIt }, 'https://auth.play2sell.com/userinfo'],
    ['nothing', { whoIsIt, endpoints: { token: 'https://id.example/token' } }, undefined],
  ])('is %s', (_, change, address) => {
    expect(probeAddress({ ...provider, ...change })).toBe(address)
  })

  it('is nothing where nobody can be asked', () => {
    const { whoIsIt: _, ...silent } = provider
    expect(probeAddress(silent)).toBeUndefined()
  })
})

describe('isAt', () => {
  const made = addressesOf(provider)
  const withEndpoints = (endpoints: object): Provider => ({
    ...provider,
    endpoints: { ...provider.endpoints, ...endpoints },
  })

  it.each<[title: string, now: Provider, stays: boolean]>([
    ['nothing', provider, true],
    ['its name', { ...provider, name: 'Another' }, true],
    ['its sign-in page', withEndpoints({ authorization: 'https://login.example/' }), true],
    ['a path', withEndpoints({ token: 'https://auth.play2sell.com/v2/token' }), true],
    ['its token origin', withEndpoints({ token: 'https://auth.play2sell.example/oauth/token' }), false],
    ['its token port', withEndpoints({ token: 'https://auth.play2sell.com:8443/oauth/token' }), false],
    ['its revocation origin', withEndpoints({ revocation: 'https://r.example/' }), false],
    ['its revocation', withEndpoints({ revocation: undefined }), false],
    ['its API', { ...provider, api: ['https://api.play2sell.example/v1/'] }, false],
    ['a second API', { ...provider, api: [...provider.api, 'https://two.example/'] }, false],
    // Tokens are shown to these two as well.
    ['its userinfo origin', withEndpoints({ userinfo: 'https://evil.example/userinfo' }), false],
    ['its token info origin', withEndpoints({ tokenInfo: 'https://evil.example/info' }), false],
  ])('looks at a provider that has changed %s', (_, now, stays) => {
    expect(isAt(made, now)).toBe(stays)
  })

  it('knows the same APIs in another order', () => {
    const [api = ''] = provider.api
    const one = { ...provider, api: [api, 'https://two.example/'] }
    const two = { ...provider, api: ['https://two.example/', api] }
    expect(isAt(addressesOf(one), two)).toBe(true)
  })
})
