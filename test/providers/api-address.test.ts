import { describe, expect, it } from 'vitest'
import { apiAddress } from '../../src/providers/api-address'
import { providerOf } from '../../src/providers/configured'
import type { Provider } from '../../src/providers/provider'
import { sell } from '../../src/providers/sell'

describe('apiAddress', () => {
  const provider = {
    ...sell,
    endpoints: { token: 'https://id.acme.example/Token', revocation: 'https://id.acme.example/oauth2/' },
    api: ['https://id.acme.example/'],
  } satisfies Provider
  const refusal = (path: string, of: Provider = provider) => {
    try {
      return apiAddress(of, path).href
    } catch (error) {
      return (error as Error).message
    }
  }

  it.each([
    '/token',
    '/TOKEN',
    '/token/',
    '/./token',
    '/oauth2',
    '/oauth2/',
    '/oauth2/x',
    '/OAuth2/revoke?x',
  ])('refuses an OAuth endpoint among the API’s own paths: %s', path =>
    expect(refusal(path)).toBe('bad-request: outside-api'),
  )

  it.each(['/tokens', '/token/info', '/oauth22', '/x/token'])('takes a path that is none: %s', path =>
    expect(refusal(path)).toBe(`https://id.acme.example${path}`),
  )

  it.each([
    'filesystem:https://id.acme.example/temporary/v1/x',
    'blob:https://id.acme.example/9115d58c-bcda-ff47-86e5-083e9a215304',
    'wss://id.acme.example/',
  ])('refuses another scheme, whatever origin the address then has: %s', path =>
    expect(refusal(path)).toBe('bad-request: outside-api'),
  )

  it.each(['/x/..;/y', '/x/..%3b/y', '/x/..%3B/y', '/x//y', '/x/..%2fy', '/x%00y', '/%78'])(
    'refuses what servers read in more than one way: %s',
    path => expect(refusal(path)).toBe('bad-request: outside-api'),
  )

  it('knows SellSN’s exchange, which stands beside its API', () => {
    const known = providerOf(null, 'sellsn')
    for (const path of ['/oauth2', '/oauth2/', '/OAUTH2/app/exchange/code'])
      expect(known && refusal(path, known)).toBe('bad-request: outside-api')
  })
})
