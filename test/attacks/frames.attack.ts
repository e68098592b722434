import { type Arena, attack, expect, inPage } from './arena'
import { askedInFrame, askToken, expectServed, knockAt, leasing } from './knock'
import { frameAt, inContentScript, inWorld } from './worlds'

const partner = 'https://partner.acme.example'

const unknown = { ok: false, error: { code: 'not-permitted', reason: 'unknown-caller' } }

const sending = (name: string, input: object) =>
  `chrome.runtime.sendMessage(${JSON.stringify({ dealpass: 'request', name, input })})`

const wanted: [string, object][] = [
  ['connections', {}],
  ['token', { provider: 'salesos', scopes: ['leads:read'] }],
  ['fetch', { provider: 'salesos', path: '/v1/leads' }],
]

attack('caller', 'asks from a sandboxed frame with the address of the permitted site', async arena => {
  const page = await leasing(arena, '/embed?src=/child&sandbox=allow-scripts')
  const address = 'https://crm.acme.example/child'
  await frameAt(page, address)
  await inWorld(page, knockAt('window'), { frame: address })
  const replies = []
  for (const [name, input] of wanted) replies.push(await inContentScript(page, sending(name, input), address))
  await arena.expectNoSecret(replies)
  expect(replies).toMatchObject([unknown, unknown, unknown])
  expect(await inWorld(page, 'heard', { frame: address })).toEqual([])
  expect(arena.apiCalls()).toEqual([])
  await expectServed(arena, page)
})

attack('caller', 'asks from the frame of another site on a permitted page', async arena => {
  const page = await leasing(arena, `/embed?src=${encodeURIComponent(`${partner}/child`)}`)
  const replies = [await askedInFrame(page, partner)]
  for (const [name, input] of wanted.slice(0, 2))
    replies.push(await inContentScript(page, sending(name, input), partner))
  await arena.expectNoSecret(replies)
  const refused = { ok: false, error: { code: 'not-permitted', reason: 'needs-gesture' } }
  expect(replies).toMatchObject([refused, { ok: true, value: [] }, refused])
  expect(JSON.stringify(replies)).not.toContain(arena.sandbox.users.rep.email)
  await expectServed(arena, page)
})

attack(
  'caller',
  'frames the page of another site in one of its own, for the permit of the frame',
  async arena => {
    await leasing(arena)
    // The partner, let in, around a frame of the permitted CRM.
    const page = await arena.open(
      `${partner}/embed?src=${encodeURIComponent('https://crm.acme.example/child')}`,
    )
    await frameAt(page, 'https://crm.acme.example')
    const outcome = await arena.call(page, askToken)
    await arena.expectNoSecret(outcome)
    expect(outcome).toMatchObject({ code: 'not-permitted', reason: 'needs-gesture' })
    expect(await arena.call(page, 'return pass.connections()')).toEqual({ value: [] })
    expect(await askedInFrame(page, 'https://crm.acme.example')).toMatchObject({ ok: true })
  },
)

/** A document of the site's without an address of its own; whether or not a script of ours runs there, it is nobody. */
async function askFromInside(arena: Arena, make: string, address: string): Promise<void> {
  const page = await leasing(arena)
  await inPage(
    page,
    `{ const frame = document.createElement('iframe'); ${make}; document.body.append(frame) }; undefined`,
  )
  await frameAt(page, address)
  // Started anew in every frame of every open page, as after an update.
  await arena.dealpass.inWorker(async () => {
    for (const { id } of await chrome.tabs.query({ url: 'https://crm.acme.example/*' }))
      await chrome.scripting.executeScript({
        target: { tabId: id, allFrames: true },
        files: ['src/content/bridge.js'],
        injectImmediately: true,
      })
  })
  const reply = await inContentScript(
    page,
    sending('token', { provider: 'salesos', scopes: ['leads:read'] }),
    address,
  )
  await arena.expectNoSecret(reply)
  expect(reply).toMatchObject(unknown)
  await expectServed(arena, page)
}

attack('caller', 'asks from a sandboxed srcdoc frame in which our script was started', arena =>
  askFromInside(arena, "frame.sandbox = 'allow-scripts'; frame.srcdoc = '<p>'", 'about:srcdoc'),
)

attack('caller', 'asks from a srcdoc frame in which our script was started', arena =>
  askFromInside(arena, "frame.srcdoc = '<p>'", 'about:srcdoc'),
)

attack('caller', 'has a screen of ours in a frame and stops everything from there', async arena => {
  const tab = await arena.dealpass.context.newPage()
  const session = await tab.context().newCDPSession(tab)
  // As if our own policy had a hole.
  await session.send('Page.setBypassCSP', { enabled: true })
  const address = `chrome-extension://${arena.dealpass.extensionId}/src/screens/popup/index.html`
  await tab.goto(address.replace('popup', 'options'))
  await inPage(
    tab,
    `{ const frame = document.createElement('iframe'); frame.src = '${address}'; document.body.append(frame) }`,
  )
  await frameAt(tab, address)
  const framed = await inWorld(tab, sending('stop', { on: true }), { frame: address })
  expect((await arena.view()).stopped).toBe(false)
  expect(framed).toMatchObject(unknown)
  // The same from the tab itself is the user's own hand.
  expect(await inPage(tab, sending('stop', { on: false }))).toMatchObject({ ok: true })
})

declare const chrome: {
  tabs: { query(filter: object): Promise<{ id: number }[]> }
  scripting: { executeScript(injection: object): Promise<unknown> }
}
