import { type Arena, attack, expect } from './arena'
import { leasing } from './knock'
import { inContentScript } from './worlds'

type Reply = { ok: boolean; error?: { code: string; reason?: string } }

const refusal = { ok: false, error: { code: 'not-permitted', reason: 'unknown-caller' } }

/** Code that sends a message as a content script of ours would, whatever the bridge lets through. */
const sending = (name: string, input: object) =>
  `chrome.runtime.sendMessage(${JSON.stringify({ dealpass: 'request', name, input })})`

/** Code that does the same by a port. */
const posting = (name: string, input: object) => `new Promise(done => {
  const port = chrome.runtime.connect()
  port.onMessage.addListener(({ reply }) => done(reply))
  port.onDisconnect.addListener(() => done({ ok: false, error: { code: 'disconnected' } }))
  port.postMessage(${JSON.stringify({ id: 1, name, input })})
})`

/** A renderer of a permitted site was taken over: it has our content script's world, and asks there what screens may. */
async function takeOver(arena: Arena, name: string, input: object): Promise<void> {
  const page = await leasing(arena)
  const before = await arena.view()
  for (const code of [sending, posting]) {
    // It speaks, and is heard as the site.
    expect(await inContentScript(page, code('connections', {}))).toMatchObject({ ok: true, value: [{}] })
    const reply = (await inContentScript(page, code(name, input))) as Reply
    await arena.expectNoSecret(reply)
    expect(reply).toMatchObject(refusal)
    expect(reply).not.toHaveProperty('value')
  }
  expect(await arena.view()).toEqual(before)
}

attack('routes', 'takes a renderer over and reads the activity of all sites', arena =>
  takeOver(arena, 'receipts', {}),
)

attack('routes', 'takes a renderer over and stops everything', arena => takeOver(arena, 'stop', { on: true }))

attack('routes', 'takes a renderer over and ends the permits of all sites', arena =>
  takeOver(arena, 'endPermits', {}),
)

attack('routes', 'takes a renderer over and lets its next site in', arena =>
  takeOver(arena, 'useSite', { origin: 'https://evil.example' }),
)

attack('routes', 'takes a renderer over and imports a setup', arena =>
  takeOver(arena, 'useSetup', { text: JSON.stringify({ version: 1, providers: [] }) }),
)

attack('routes', 'takes a renderer over and has a sign-in window opened', async arena => {
  const windows = arena.dealpass.context.pages().length
  await takeOver(arena, 'connect', { provider: 'sell' })
  // One page more, its own.
  expect(arena.dealpass.context.pages().length).toBe(windows + 1)
})

attack('routes', 'takes a renderer over and has its denial forgotten', arena =>
  takeOver(arena, 'forgetDenial', { site: 'https://crm.acme.example', provider: 'sell' }),
)
