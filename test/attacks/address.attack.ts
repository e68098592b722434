import { attack, expect } from './arena'
import { expectNothing, fetching, reader, tried } from './brokered'

const outside = { code: 'bad-request', reason: 'outside-api' }

attack(
  'address',
  'has a call sent to another host, written in every way that parsers differ over',
  async arena => {
    const page = await reader(arena)
    await expectNothing(
      arena,
      await tried(arena, page, 'sell', [
        'https://evil.example/v2/leads',
        '//evil.example/v2/leads',
        '///evil.example/v2/leads',
        '\\evil.example',
        '\\\\evil.example\\v2\\leads',
        '/\\evil.example/v2/leads',
        '/\t/evil.example/v2/leads',
        'https:\\\\evil.example\\v2\\',
        'https://api.getbase.com@evil.example/v2/leads',
        'https://api.getbase.com%40evil.example/v2/leads',
        'https://api.getbase.com:443@evil.example/v2/leads',
        'https://evil.example#@api.getbase.com/v2/leads',
        'https://evil.example\\@api.getbase.com/v2/leads',
        'https://api.getbase.com.evil.example/v2/leads',
        'https://xapi.getbase.com/v2/leads',
        'https://crm.acme.example/v2/leads',
      ]),
      outside,
    )
    // These are relative addresses after all, and stay where they belong.
    await tried(arena, page, 'sell', ['@evil.example/v2/leads', 'https:evil.example/v2/leads'])
    expect(arena.sandbox.saw().map(({ host, path }) => host + path)).toEqual([
      'api.getbase.com/v2/@evil.example/v2/leads',
      'api.getbase.com/v2/evil.example/v2/leads',
    ])
  },
)

attack(
  'address',
  'has a call sent to the same host by another origin or with a login of its own',
  async arena => {
    const page = await reader(arena)
    await expectNothing(
      arena,
      await tried(arena, page, 'sell', [
        'http://api.getbase.com/v2/leads',
        'https://api.getbase.com:8443/v2/leads',
        'https://api.getbase.com./v2/leads',
        'https://evil@api.getbase.com/v2/leads',
        'https://evil:secret@api.getbase.com/v2/leads',
        'https://:secret@api.getbase.com/v2/leads',
        'wss://api.getbase.com/v2/leads',
        'ftp://api.getbase.com/v2/leads',
      ]),
      outside,
    )
    // Letters of a host have no case: this is the honest address.
    const honest = await arena.call(page, fetching('sell', 'https://API.GetBase.com:443/v2/leads'))
    expect(honest).toMatchObject({ value: { status: 200 } })
  },
)

attack('address', 'climbs out of the API’s path to the endpoints beside it', async arena => {
  const page = await reader(arena)
  await expectNothing(
    arena,
    await tried(arena, page, 'sell', [
      '../oauth2/token/info',
      '/oauth2/token/info',
      '/v2/../oauth2/token/info',
      '/v2/./../oauth2/token/info',
      '/v2/leads/../../oauth2/token/info',
      '/v2/%2e%2e/oauth2/token/info',
      '/v2/%2E%2e/oauth2/token/info',
      '/v2/.%2e/oauth2/token/info',
      '/v2/..%2foauth2/token/info',
      '/v2/..%2Foauth2%2ftoken%2Finfo',
      '/v2/..%5coauth2/token/info',
      '/v2/%252e%252e/oauth2/token/info',
      '/v2/%252e%252e%252foauth2/token/info',
      '/v2/%c0%ae%c0%ae%2foauth2/token/info',
      '/v2/..;/oauth2/token/info',
      '/v2/..%3b/oauth2/token/info',
      '/v2/..%00/oauth2/token/info',
      '/v2',
      '/v2evil/leads',
      '/v2.evil/leads',
      '/v2@evil/leads',
      '/V2/leads',
      '/v3/leads',
    ]),
    outside,
  )
})

attack('address', 'calls Sell’s own OAuth endpoints, in every spelling', async arena => {
  const page = await reader(arena)
  const spellings = ['token', 'revoke', 'authorize', 'token/info'].flatMap(name => [
    `/oauth2/${name}`,
    `/oauth2/${name}/`,
    `/OAuth2/${name}`,
    `/oauth2//${name}`,
    `//oauth2/${name}`,
    `/v2/../oauth2/${name}`,
    `/v2/..%2foauth2%2f${name}`,
    `/%6fauth2/${name}`,
    `/oauth2;v=2/${name}`,
    `https://api.getbase.com/oauth2/${name}`,
    `https://api.getbase.com/v2/../oauth2/${name}`,
    `https://API.GETBASE.COM:443/oauth2/${name}?x=/v2/`,
  ])
  await expectNothing(arena, await tried(arena, page, 'sell', spellings), outside)
  // To write is what this page may not, wherever.
  const form = {
    method: 'POST',
    body: 'token=x',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }
  await expectNothing(arena, await tried(arena, page, 'sell', spellings, form), {
    code: 'not-permitted',
    reason: 'read-only',
  })
})

attack('address', 'names addresses that are no web addresses', async arena => {
  const page = await reader(arena)
  await expectNothing(
    arena,
    await tried(arena, page, 'sell', [
      'data:application/json,{}',
      'file:///etc/passwd',
      `chrome-extension://${arena.dealpass.extensionId}/manifest.json`,
      'chrome://version/',
      'javascript:fetch("https://evil.example")',
      'blob:https://api.getbase.com/9115d58c-bcda-ff47-86e5-083e9a215304',
      'filesystem:https://api.getbase.com/temporary/v2/x',
      'about:blank',
      'view-source:https://api.getbase.com/v2/leads',
      'mailto:x@api.getbase.com',
    ]),
    outside,
  )
})

attack(
  'address',
  'reaches for this machine and the network it is in, by every way to write them',
  async arena => {
    const page = await reader(arena)
    const [, port] = /:(\d+)$/.exec(arena.sandbox.control) ?? []
    const names = [
      '127.0.0.1',
      'localhost',
      'localhost.',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '017700000001',
    ]
    await expectNothing(
      arena,
      await tried(arena, page, 'sell', [
        ...[...names, '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '0'].map(
          name => `http://${name}:${port}/saw`,
        ),
        'https://10.0.0.1/v2/leads',
        'https://192.168.0.1/v2/leads',
        'https://169.254.169.254/latest/meta-data/',
        'https://[fd00::1]/v2/leads',
        '//127.0.0.1/v2/leads',
      ]),
      outside,
    )
  },
)

attack('address', 'has one provider’s token sent to another provider’s API', async arena => {
  const clicked = await reader(arena)
  await arena.permit(clicked, { provider: 'salesos', use: 'fetch' })
  const page = await arena.open('https://crm.acme.example/blank')
  arena.sandbox.forget()
  await expectNothing(
    arena,
    {
      ...(await tried(arena, page, 'sell', ['https://api.play2sell.com/v1/leads'])),
      ...(await tried(arena, page, 'salesos', ['https://api.getbase.com/v2/leads', '/v2/leads'])),
    },
    outside,
  )
})
