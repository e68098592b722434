import type { Page } from '@playwright/test'
import { type Arena, attack, expect, inPage, sdk } from './arena'
import { askedInFrame, expectServed, knockAt, knockBy, leasing, noteKnocks } from './knock'
import { frameAt, inContentScript, inWorld } from './worlds'

const crm = 'https://crm.acme.example'
const evil = 'https://evil.example'

const embedding = (address: string) => `/embed?src=${encodeURIComponent(address)}`

/** The knock has arrived from there, the page itself is served, and who knocked has heard nothing. */
async function expectUnheard(
  arena: Arena,
  { page, from, heard }: { page: Page; from: string; heard: () => Promise<unknown> },
): Promise<void> {
  expect(await inPage(page, 'knocked')).toBe(from)
  await expectServed(arena, page)
  const all = await heard()
  expect(all).toEqual([])
  await arena.expectNoSecret(all)
}

attack('handshake', 'knocks at the page around its frame', async arena => {
  const page = await leasing(arena, embedding(`${evil}/child`))
  await noteKnocks(page)
  await inWorld(page, knockAt('parent'), { frame: evil })
  await expectUnheard(arena, { page, from: evil, heard: () => inWorld(page, 'heard', { frame: evil }) })
})

attack(
  'handshake',
  'knocks from the frame of another site that was let in, for the permit of this one',
  async arena => {
    const partner = 'https://partner.acme.example'
    const page = await leasing(arena, embedding(`${partner}/child`))
    await noteKnocks(page)
    await inWorld(page, knockAt('parent'), { frame: partner })
    await expectUnheard(arena, {
      page,
      from: partner,
      heard: () => inWorld(page, 'heard', { frame: partner }),
    })
  },
)

attack('handshake', 'frames a permitted site and knocks at it from around', async arena => {
  await leasing(arena)
  const page = await arena.open(`${evil}${embedding(`${crm}/child`)}`)
  await frameAt(page, crm)
  await noteKnocks(page, crm)
  await inPage(page, knockAt('frames[0]'))
  expect(await inWorld(page, 'knocked', { frame: crm })).toBe(evil)
  // The frame is the site, wherever it stands.
  expect(await askedInFrame(page, crm)).toMatchObject({ ok: true, value: { tokenType: 'Bearer' } })
  const heard = await inPage(page, 'heard')
  expect(heard).toEqual([])
  await arena.expectNoSecret(heard)
})

attack('handshake', 'opens a permitted site in a window and knocks at it', async arena => {
  await leasing(arena)
  const hostile = await arena.open(`${evil}/blank`)
  const opened = arena.dealpass.context.waitForEvent('page')
  await inPage(hostile, `globalThis.victim = open('${crm}/blank'); undefined`)
  const page = await opened
  await page.waitForURL(`${crm}/blank`)
  await inPage(page, sdk)
  await noteKnocks(page)
  await inPage(hostile, knockAt('victim'))
  await expectUnheard(arena, { page, from: evil, heard: () => inPage(hostile, 'heard') })
})

attack('handshake', 'knocks at the permitted site that has opened it', async arena => {
  const page = await leasing(arena)
  await noteKnocks(page)
  const opened = arena.dealpass.context.waitForEvent('page')
  await inPage(page, `open('${evil}/blank'); undefined`)
  const hostile = await opened
  await hostile.waitForURL(`${evil}/blank`)
  await inPage(hostile, knockAt('opener'))
  await expectUnheard(arena, { page, from: evil, heard: () => inPage(hostile, 'heard') })
})

/** Puts a frame into a permitted page: knocking code that says all it hears to the page around, which keeps it. */
async function knockFromFrame(arena: Arena, attributes: (code: string) => string): Promise<void> {
  const page = await leasing(arena)
  await inPage(
    page,
    `globalThis.heard = []
    globalThis.ran = new Promise(done => addEventListener('message', ({ origin, data }) => {
      if (data?.heard) heard.push(data.heard)
      if (data?.dealpass) done(origin)
    })); undefined`,
  )
  const code = `${knockAt('parent')}; setInterval(() => {
    for (const one of heard.splice(0)) parent.postMessage({ heard: one }, '*')
  }, 5)`
  await inPage(
    page,
    `{ const frame = document.createElement('iframe'); ${attributes(code)}; document.body.append(frame) }`,
  )
  expect(await inPage(page, 'ran')).toBe('null')
  await expectServed(arena, page)
  // Whatever there was to hear has been heard before this second answer.
  await expectServed(arena, page)
  const heard = await inPage(page, 'heard')
  expect(heard).toEqual([])
  await arena.expectNoSecret(heard)
}

const script = (code: string) => JSON.stringify(`<script>${code}</script>`).replaceAll('</', '<\\/')

attack('handshake', 'knocks from a sandboxed srcdoc frame', arena =>
  knockFromFrame(arena, code => `frame.sandbox = 'allow-scripts'; frame.srcdoc = ${script(code)}`),
)

attack('handshake', 'knocks from a data: frame', arena =>
  knockFromFrame(arena, code => `frame.src = 'data:text/html,' + encodeURIComponent(${script(code)})`),
)

attack('handshake', 'knocks from a sandboxed blob: frame', arena =>
  knockFromFrame(
    arena,
    code =>
      `frame.sandbox = 'allow-scripts'
      frame.src = URL.createObjectURL(new Blob([${script(code)}], { type: 'text/html' }))`,
  ),
)

attack('handshake', 'forges the event of a handshake, source and all', async arena => {
  const page = await leasing(arena)
  const forged = `const told = []
    addEventListener('message', ({ isTrusted, source }) => told.push([isTrusted, source === window]))
    dispatchEvent(new MessageEvent('message', {
      data: { dealpass: 'connect' }, origin, source: window, ports: [port2],
    }))
    globalThis.told = told`
  await inPage(page, knockBy(forged))
  expect(await inPage(page, 'told')).toEqual([[false, true]])
  await expectServed(arena, page)
  expect(await inPage(page, 'heard')).toEqual([])
})

attack('handshake', 'has a page clobber what the handshake reads, and knocks from a frame', async arena => {
  const page = await leasing(arena, embedding(`${evil}/child`))
  await inPage(
    page,
    `for (const name of ['origin', 'window', 'source', 'isTrusted', 'browser', 'chrome', 'addEventListener', 'Object'])
      document.body.insertAdjacentHTML('beforeend',
        \`<img name="\${name}"><form id="\${name}"><input name="origin"></form><iframe name="\${name}"></iframe>\`)
    for (const name of ['source', 'origin', 'isTrusted', 'ports', 'data'])
      try { Object.defineProperty(MessageEvent.prototype, name, { get: () => ({ source: window, origin, isTrusted: true })[name] }) } catch {}
    undefined`,
  )
  await inPage(page, `globalThis.knocked = new Promise(done => addEventListener('message', done)); undefined`)
  await inWorld(page, knockAt('parent'), { frame: evil })
  await inPage(page, 'knocked.then(() => true)')
  // The page's own SDK goes by the getters that the page has spoiled, so another way there and back is waited for.
  const connections = "chrome.runtime.sendMessage({ dealpass: 'request', name: 'connections', input: {} })"
  for (let times = 0; times < 2; times++)
    expect(await inContentScript(page, connections)).toMatchObject({ ok: true })
  const heard = await inWorld(page, 'heard', { frame: evil })
  expect(heard).toEqual([])
  await arena.expectNoSecret(heard)
})
