import { type Arena, attack, expect, inPage } from './arena'
import { knockAt, leasing } from './knock'
import { askRaw, openWire, type Raw } from './raw-wire'

/** Requests of screens, panels and our own scripts, and names that are none. */
const forbidden = [
  'hello',
  'connect',
  'cancel',
  'disconnect',
  'undo',
  'stop',
  'weakerFlows',
  'reviewSetup',
  'useSetup',
  'decide',
  'endPermit',
  'endPermits',
  'useSite',
  'leaveSite',
  'forgetDenial',
  'receipts',
  'enter',
  'look',
  'askConsent',
  'openPanel',
  'nothing',
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
]

/** Asks for all of it over the page's own wire; then for what it may ask, whose answer comes after theirs would. */
const askForbidden = `(() => {
  const names = ${JSON.stringify(forbidden)}
  let id = 0
  for (const name of [...names, ['stop'], { toString: () => 'stop' }.toString, 7, null, undefined])
    try { wire.post({ id: ++id, name, input: { on: true, provider: 'sell', ticket: 'x', origin: 'https://evil.example' } }) } catch {}
  return wire.ask('connections', {})
})()`

async function expectUnmoved(arena: Arena, run: () => Promise<void>): Promise<void> {
  const before = await arena.view()
  await run()
  expect(await arena.view()).toEqual(before)
}

attack('bridge', 'asks the bridge for what screens, panels and our own scripts may ask', async arena => {
  const page = await arena.open('https://crm.acme.example/blank')
  await openWire(page)
  await expectUnmoved(arena, async () => {
    expect(await inPage(page, askForbidden)).toMatchObject({ ok: true, value: [] })
    expect(await inPage(page, 'wire.heard')).toMatchObject([{ reply: { ok: true, value: [] } }])
  })
})

attack('bridge', 'sends the bridge messages that are none', async arena => {
  const page = await arena.open('https://crm.acme.example/blank')
  await openWire(page)
  await inPage(
    page,
    `for (const message of [null, undefined, 0, '', 'installed', [], [1], new Map([['name', 'stop']]), new Date(), /x/,
      new Error('x'), new Uint8Array(8), { id: 1 }, { name: 'stop' }, { id: 'x', name: 'stop', input: { on: true } },
      { dealpass: 'request', name: 'stop', input: { on: true } }, { name: { toString: 1 } }, { abort: 'x' }, { abort: -1 },
      JSON.parse('{"id":2,"name":"stop","input":{"on":true},"__proto__":{"name":"connections"}}')]) wire.post(message)
    undefined`,
  )
  await expectUnmoved(arena, async () => {
    expect(await askRaw(page, 'connections', '{}')).toMatchObject({ ok: true, value: [] })
    expect(await inPage(page, 'wire.heard')).toMatchObject([{ reply: { ok: true, value: [] } }])
  })
})

/** Replaces what a bridge would be written with, in the page's world; `crossed` keeps everything that passes there. */
const overrides = `globalThis.crossed = []
  const note = value => { try { crossed.push(JSON.stringify(value) ?? String(value)) } catch {} }
  const wrap = (owner, name, instead) => {
    const real = owner[name]
    Object.defineProperty(owner, name, { configurable: true, writable: true, value: function (...given) {
      note(given)
      return instead ? instead.call(this, real, given) : real.apply(this, given)
    } })
  }
  wrap(Promise.prototype, 'then')
  wrap(JSON, 'parse')
  wrap(EventTarget.prototype, 'addEventListener')
  wrap(MessagePort.prototype, 'postMessage')
  wrap(globalThis, 'postMessage')
  wrap(Array.prototype, 'includes', () => true)
  wrap(Object, 'hasOwn', () => true)
  const channel = MessageChannel
  globalThis.MessageChannel = function () {
    const made = new channel()
    for (const port of [made.port1, made.port2]) port.addEventListener('message', ({ data }) => note(data))
    return made
  }
  for (const [name, value] of Object.entries({ name: 'stop', kind: 'screen', from: ['site'], site: 'https://crm.acme.example' }))
    Object.defineProperty(Object.prototype, name, { configurable: true, get: () => value, set() {} })
  delete Object.prototype.name
  for (const key of ['dealpass', Symbol.for('dealpass')]) globalThis[key] = () => true`

/** What a hostile site asks once it has replaced everything: it hears of nothing but itself. */
async function expectOnlyItself(arena: Arena, page: Awaited<ReturnType<Arena['open']>>): Promise<void> {
  await openWire(page)
  await expectUnmoved(arena, async () => {
    expect(await inPage(page, askForbidden)).toMatchObject({ ok: true, value: [] })
    expect(await inPage(page, 'wire.heard')).toHaveLength(1)
    const refused: Raw = await askRaw(page, 'token', "{ provider: 'salesos', scopes: ['leads:read'] }")
    expect(refused).toMatchObject({ ok: false, error: { code: 'not-permitted', reason: 'needs-gesture' } })
  })
  const crossed = (await inPage(page, 'crossed')) as string[]
  expect(crossed.length).toBeGreaterThan(0)
  await arena.expectNoSecret(crossed)
  // Nothing of the site that has a permit, which is at work in the same browser.
  for (const { account } of (await arena.view()).connections)
    expect(crossed.join()).not.toContain(account?.email ?? 'no e-mail')
}

attack('bridge', 'replaces built-ins before the bridge starts, to read and to drive it', async arena => {
  await leasing(arena)
  const page = await arena.open('https://evil.example/blank')
  await inPage(page, `{ ${overrides} }`)
  await inPage(
    page,
    `for (const name of ['addEventListener', 'origin', 'browser', 'chrome', 'visibilityState', 'prerendering', 'Object'])
      document.body.insertAdjacentHTML('beforeend', \`<img name="\${name}"><a id="\${name}"></a>\`);
    ${knockAt('window')}`,
  )
  await arena.letSiteIn('https://evil.example')
  // Nobody answers what was sent before.
  expect(await inPage(page, 'heard')).toEqual([])
  await expectOnlyItself(arena, page)
})

attack('bridge', 'replaces built-ins after the bridge has started, to read and to drive it', async arena => {
  await leasing(arena)
  const page = await arena.open('https://partner.acme.example/blank')
  await inPage(page, `{ ${overrides} }`)
  await expectOnlyItself(arena, page)
})

attack('bridge', 'looks on a page that was let in for a trace of us before it asks', async arena => {
  const look = `(() => {
    const heard = []
    const told = event => heard.push(event.type)
    for (const type of ['dealpass', 'message', 'error', 'securitypolicyviolation', 'unhandledrejection']) addEventListener(type, told)
    const own = Reflect.ownKeys(globalThis).map(String).filter(name => name !== 'Dealpass')
    const spoken = ['dealpass', 'connect', 'hello', { dealpass: 'hello' }, { dealpass: 'request', name: 'connections', input: {} }]
    for (const message of spoken) postMessage(message, '*')
    document.dispatchEvent(new CustomEvent('dealpass'))
    return new Promise(done => {
      // A message to itself comes after all that was said before.
      const { port1, port2 } = new MessageChannel()
      addEventListener('message', ({ data }) => data === 'last' && done({
        own, heard: heard.filter(type => type !== 'message'),
        html: document.documentElement.outerHTML, attributes: document.documentElement.getAttributeNames(),
        symbols: Object.getOwnPropertySymbols(globalThis).map(String),
        sheets: document.adoptedStyleSheets.length + document.styleSheets.length,
        entries: performance.getEntriesByType('resource').map(({ name }) => name),
        chrome: Reflect.ownKeys(globalThis.chrome ?? {}).map(String),
        browser: typeof globalThis.browser,
      }))
      postMessage('last', '*')
    })
  })()`
  const known = await arena.open('https://crm.acme.example/child')
  const unknown = await arena.open('https://evil.example/child')
  const seen = await inPage(known, look)
  expect(seen).toEqual(await inPage(unknown, look))
  expect(JSON.stringify(seen)).not.toMatch(/extension:|dealpass/i)
})
