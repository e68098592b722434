import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Caller, Sender } from '../../src/background/caller'
import type { RequestName } from '../../src/shared/protocol'
import { openPanel, shippedHosts } from '../fakes/providers'
import { ask, send, senders, startWorker, view } from '../fakes/worker'
import { extensionOrigin, world } from '../fakes/world'

type Kind = Caller['kind']

/** What each route takes, and who may ask: written down a second time, so that neither changes by accident. */
const routes: { [N in RequestName]: { from: Kind[]; input: Record<string, unknown>; optional?: object } } = {
  hello: { from: ['screen'], input: {} },
  connect: {
    from: ['screen'],
    input: { provider: 'sell' },
    optional: { connection: 'id', flow: 'implicit', key: 'id', entry: {} },
  },
  cancel: { from: ['screen'], input: { attempt: 'id' } },
  permissionRefused: { from: ['screen'], input: { provider: 'sell' } },
  disconnect: { from: ['screen'], input: { connection: 'id' }, optional: { leave: true } },
  undo: { from: ['screen'], input: { connection: 'id' } },
  stop: { from: ['screen'], input: { on: false } },
  weakerFlows: { from: ['screen'], input: { on: false } },
  keepWarm: { from: ['screen'], input: { on: false } },
  renewAll: { from: ['screen'], input: {} },
  setPassphrase: { from: ['screen'], input: { passphrase: 'x' }, optional: { current: 'x' } },
  removePassphrase: { from: ['screen'], input: { current: 'x' } },
  unlock: { from: ['screen'], input: { passphrase: 'x' } },
  lock: { from: ['screen'], input: {} },
  startAnew: { from: ['screen'], input: {} },
  thumbprint: { from: ['screen'], input: {} },
  reviewSetup: { from: ['screen'], input: { text: '{}' } },
  useSetup: { from: ['screen'], input: { text: '{}' } },
  decide: { from: ['screen'], input: { consent: 'id', allow: false, until: 'run', connections: ['id'] } },
  endPermit: { from: ['screen'], input: { permit: 'id' } },
  endPermits: { from: ['screen'], input: {}, optional: { site: 'https://crm.example' } },
  useSite: { from: ['screen'], input: { origin: 'https://crm.example' } },
  leaveSite: { from: ['screen'], input: { origin: 'https://crm.example' } },
  forgetDenial: { from: ['screen'], input: { site: 'https://crm.example', provider: 'sell' } },
  receipts: { from: ['screen'], input: {} },
  enter: { from: ['panel'], input: { ticket: 'id' } },
  look: { from: ['panel'], input: {} },
  askConsent: { from: ['panel'], input: {} },
  connections: { from: ['panel', 'site'], input: {} },
  fetch: {
    from: ['panel', 'site'],
    input: { provider: 'sell', path: '/v2/leads' },
    optional: {
      connection: 'id',
      scopes: ['read'],
      method: 'GET',
      headers: { accept: 'text/plain' },
      body: 'x',
    },
  },
  token: { from: ['site'], input: { provider: 'sell' }, optional: { connection: 'id', scopes: ['read'] } },
  openPanel: { from: ['site'], input: {} },
}

/** What looks wrong and is not: a text may be empty, and nothing may be chosen. */
const isRight = (key: string, value: unknown) =>
  ((key === 'text' || key === 'path') && value === '') ||
  (key === 'connections' && Array.isArray(value) && value.length === 0)

const names = Object.keys(routes) as RequestName[]
const kinds: Record<Kind, () => Sender> = {
  screen: senders.popup,
  panel: () => senders.panel(),
  site: () => senders.site(),
}

/** How a message was answered: `ok`, or the words of the refusal. */
async function answered(sender: Sender, message: unknown): Promise<string> {
  const reply = await send(sender, message)
  if (reply.ok) return 'ok'
  const { code, reason, message: sentence } = reply.error
  // Our own documents have the table of sentences themselves; a site has none, and nobody else has either.
  if (sentence === undefined) expect(sender.origin).toBe(extensionOrigin)
  else expect(sentence).toMatch(/^[A-Z“][^{}]*[.]$/)
  return reason ? `${code}: ${reason}` : code
}

const request = (name: string, input: unknown) => ({ dealpass: 'request', name, input })

beforeEach(async () => {
  world.granted = new Set(shippedHosts)
  await startWorker()
  await openPanel()
})

describe('serve', () => {
  it('has every route that is written down here, and no other', async () => {
    const module = await import('../../src/background/routes')
    expect(Object.keys(module.routes).sort()).toEqual([...names].sort())
    for (const name of names) expect(module.routes[name].from, name).toEqual(routes[name].from)
  })

  it.each(names)('answers %s for those who may ask, and refuses everybody else', async name => {
    const { from } = routes[name]
    for (const kind of Object.keys(kinds) as Kind[]) {
      // A ticket that is none would be refused with the same words.
      const input = name === 'enter' ? await ask(senders.site(), 'openPanel', {}) : routes[name].input
      const words = await answered(kinds[kind](), request(name, input))
      if (from.includes(kind)) expect(words, kind).not.toBe('not-permitted: unknown-caller')
      else expect(words, kind).toBe('not-permitted: unknown-caller')
    }
  })

  it.each(names)('refuses %s from a sender that is nobody', async name => {
    const stranger = { ...senders.popup(), id: 'ponmlkjihgfedcbaponmlkjihgfedcba' }
    expect(await answered(stranger, request(name, routes[name].input))).toBe('not-permitted: unknown-caller')
  })

  it.each(names)('refuses %s with a field missing, wrong or too much', async name => {
    const { from, input, optional = {} } = routes[name]
    const [kind] = from
    if (!kind) throw new Error('Nobody may ask')
    const sender = kinds[kind]()
    const wrong = [undefined, null, 5, 'text', [], [input]]
      .map((value): unknown => value)
      // An empty array has all that an empty object has.
      .filter(value => !(Array.isArray(value) && Object.keys(input).length === 0))
    for (const key of Object.keys(input)) {
      const { [key]: _, ...rest } = input
      wrong.push(rest)
      for (const value of [undefined, null, 7, {}, [], '', 'x'.repeat(300_000)])
        if (value !== input[key] && !isRight(key, value)) wrong.push({ ...rest, [key]: value })
    }
    for (const key of Object.keys(optional))
      for (const value of [null, 7, [7], { 7: 7 }, { a: null }]) wrong.push({ ...input, [key]: value })
    for (const extra of ['more', 'caller', 'site', 'origin', 'sender', 'kind'])
      if (!(extra in input) && !(extra in optional))
        wrong.push({ ...input, [extra]: 'https://app.futuresimple.com' })
    for (const value of wrong)
      expect(await answered(sender, request(name, value)), JSON.stringify(value)?.slice(0, 80)).toBe(
        'bad-request',
      )
  })

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'refuses a field by the name of something every object has: %s',
    async field => {
      expect(await answered(senders.popup(), request('stop', { on: true, [field]: 1 }))).toBe('bad-request')
      expect(view().stopped).toBe(false)
    },
  )

  it.each<[unknown]>([
    [undefined],
    [null],
    ['hello'],
    [[]],
    [{}],
    [{ dealpass: 'request' }],
    [{ dealpass: 'news', event: 'connected' }],
    [{ dealpass: 'request', name: 'hello' }],
    [{ dealpass: 'request', name: 5, input: {} }],
    [{ dealpass: 'request', name: ['hello'], input: {} }],
    [{ dealpass: 'reply', name: 'hello', input: {} }],
    [{ name: 'hello', input: {} }],
    [{ dealpass: 'request', name: 'hello', input: {}, caller: { kind: 'screen' } }],
  ])('refuses what is no request: %j', async message => {
    expect(await answered(senders.popup(), message)).toBe('bad-request')
  })

  it.each([
    'unknown',
    '',
    'Hello',
    'hello ',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'routes.hello',
  ])('refuses a route that is none: %j', async name => {
    for (const kind of Object.values(kinds))
      expect(await answered(kind(), request(name, {}))).toBe('not-permitted: unknown-caller')
  })

  it('refuses a panel without a ticket whatever stands on a site’s permits', async () => {
    const stranger = senders.panel('stranger')
    for (const name of ['askConsent', 'connections', 'fetch'] as const)
      expect(await answered(stranger, request(name, routes[name].input)), name).toBe(
        'not-permitted: unknown-caller',
      )
  })

  it('says a site a sentence, in which nothing stands that the site has sent', async () => {
    const evil = { provider: 'evil {provider}', path: 'https://evil.example/' }
    expect(await send(senders.site(), request('fetch', evil))).toMatchObject({
      ok: false,
      error: { code: 'not-permitted', reason: 'no-permit', message: expect.not.stringContaining('evil') },
    })
  })

  it('says a screen two words and no sentence: screens have the table themselves', async () => {
    expect(await send(senders.popup(), request('connect', { provider: 'evil {provider}' }))).toEqual({
      ok: false,
      error: { code: 'bad-request' },
    })
  })

  it('answers what nobody foresaw with one word, and reports no more than where it was', async () => {
    vi.spyOn(crypto, 'randomUUID').mockImplementation(() => {
      throw new RangeError('a secret 3f9a5c')
    })
    const reply = await send(senders.popup(), request('connect', { provider: 'sell' }))
    expect(reply).toEqual({ ok: false, error: { code: 'unexpected' } })
    const reports = world.takeReports()
    expect(reports).toHaveLength(1)
    expect(reports[0]).toContain('unexpected RangeError in connect')
    expect(reports[0]).not.toContain('3f9a5c')
  })
})
