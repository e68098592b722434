import { describe, expect, it } from 'vitest'
import { providerById } from '../../src/providers'

describe('the hooks of SellSN', () => {
  const { hooks, endpoints, whoIsIt } = providerById('sellsn') ?? {}
  const token = endpoints?.token ?? ''

  it('ask by its own names, with the app in the path and nothing else', () => {
    const standard = new URL(endpoints?.authorization ?? '')
    const redirect = 'https://x.chromiumapp.org/sellsn'
    for (const [name, value] of Object.entries({
      response_type: 'code',
      client_id: 'app/../1',
      redirect_uri: redirect,
      scope: 'user.view',
      state: 'the-state',
      code_challenge: 'x',
    }))
      standard.searchParams.set(name, value)
    const url = hooks?.authorizationRequest?.(standard)
    expect(`${url?.origin}${url?.pathname}`).toBe('https://dash.sellsn.io/oauth2/app%2F..%2F1')
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual({ redirectUrl: redirect, state: 'the-state' })
  })

  it('exchange a code without an Authorization header first, and then with one', () => {
    const input = { token, clientId: 'app/1', clientSecret: 'the-secret', code: 'co/de?x=1#y' }
    const requests = hooks?.exchangeRequests?.(input) ?? []
    for (const request of requests) {
      expect(request.method).toBe('GET')
      expect(request.url).toBe('https://api.sellsn.io/oauth2/app%2F1/exchange/co%2Fde%3Fx%3D1%23y')
      expect(request.headers.get('xoauth2-client-secret')).toBe('the-secret')
    }
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual([null, 'Bearer co/de?x=1#y'])
  })

  it.each<[status: number, body: unknown, result: unknown]>([
    [200, { success: true, data: 'key' }, { key: 'key' }],
    [200, { success: false, data: 'key' }, { refused: 'nonsense' }],
    [200, { success: 'true', data: 'key' }, { refused: 'nonsense' }],
    [200, { success: true, data: '' }, { refused: 'nonsense' }],
    [200, { success: true, data: { key: 'key' } }, { refused: 'nonsense' }],
    [200, { success: true }, { refused: 'nonsense' }],
    [200, undefined, { refused: 'nonsense' }],
    [201, { success: true, data: 'key' }, { refused: 'nonsense' }],
    [400, { success: false, message: 'text' }, { refused: 'nonsense' }],
    [401, { success: false }, { refused: 'client-or-code' }],
    [401, { success: true, data: 'key' }, { refused: 'client-or-code' }],
    [403, undefined, { refused: 'client-or-code' }],
    [404, { success: false }, { refused: 'client' }],
  ])('read %i with %j as %j', (status, body, result) => {
    expect(hooks?.exchangeResult?.(status, body)).toEqual(result)
  })

  it('read nobody in an answer that says it is no success, and in one of a user without an id', () => {
    expect(whoIsIt?.account({ success: false, data: { id: '1' } })).toBeUndefined()
    expect(whoIsIt?.account({ data: { id: '1' } })).toBeUndefined()
    expect(whoIsIt?.account({ success: true, data: { email: 'a@b.example' } })).toBeUndefined()
  })

  it('let a permit of stores change nothing and see nobody', () => {
    const scopeOf = (path: string, access: 'read' | 'change') =>
      hooks?.scopeOf?.(new URL(path, 'https://api.sellsn.io/'), access)
    for (const path of ['/', '/user', '/users/1', '/storesx/1', '/x/stores'])
      expect(scopeOf(path, 'read'), path).toBe('user.view')
    for (const path of ['/user', '/stores', '/stores/1', '/stores/1/orders/7'])
      expect(scopeOf(path, 'change'), path).not.toMatch(/view$/)
  })
})

describe('the hook of sellytics', () => {
  const { isIssuedVoid } = providerById('sellytics')?.hooks ?? {}
  const at = 1_800_000_000_000

  it.each<[answer: unknown, isVoid: boolean]>([
    [{ 'not-before-policy': 0 }, false],
    [{}, false],
    [undefined, false],
    [{ 'not-before-policy': at / 1000 - 1 }, false],
    [{ 'not-before-policy': at / 1000 }, false],
    [{ 'not-before-policy': at / 1000 + 1 }, true],
    // A number, as Keycloak writes it; anything else says nothing.
    [{ 'not-before-policy': String(at / 1000 + 1) }, false],
    [{ 'not-before-policy': { toString: 1 } }, false],
    [{ 'not-before-policy': 'soon' }, false],
    [{ 'not-before-policy': null }, false],
  ])('takes Keycloak’s revocation time from %j', (answer, isVoid) => {
    expect(isIssuedVoid?.(answer, at)).toBe(isVoid)
  })
})

describe('the hook of Sell', () => {
  const { tokenInfo } = providerById('sell')?.hooks ?? {}

  it.each<[body: unknown, read: object]>([
    [{ scopes: ['read', 'sync'] }, { scopes: ['read', 'sync'] }],
    [{ scope: ' read  profile ' }, { scopes: ['read', 'profile'] }],
    [{ scopes: [] }, { scopes: [] }],
    [{ scopes: ['read', 5, null] }, { scopes: ['read'] }],
    [{ scopes: 'read' }, { scopes: undefined }],
    [{ scope: ['read'] }, { scopes: undefined }],
    [{ application: { uid: 'app' } }, { client: 'app', scopes: undefined }],
    [null, { client: undefined, scopes: undefined }],
  ])('reads token info %j', (body, read) => {
    expect(tokenInfo?.(body)).toMatchObject(read)
  })
})
