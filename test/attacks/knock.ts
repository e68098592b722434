import type { Page } from '@playwright/test'
import { type Arena, expect } from './arena'
import { inWorld } from './worlds'

/** What a site asks a token by in these attacks, and the permit that it needs for it. */
export const leadsToken = { provider: 'salesos', use: 'token' as const, scopes: ['leads:read'] }
export const askToken = "return pass.token('salesos', { scopes: ['leads:read'] })"

/** What the one who knocks would ask next, if the bridge let them in. */
const wanted = JSON.stringify({
  id: 1,
  name: 'token',
  input: { provider: 'salesos', scopes: ['leads:read'] },
})

/** Code that makes a port, has a token asked for as soon as the bridge answers on it, and keeps all that comes in `heard`. */
const prepare = `globalThis.heard = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data }) => {
    heard.push(data)
    if (data === 'installed') port1.postMessage(${wanted})
  }`

/** Code that knocks as the SDK does, at any window: `target` is an expression for it. */
export const knockAt = (target: string) =>
  `(() => { ${prepare}; ${target}.postMessage({ dealpass: 'connect' }, '*', [port2]) })()`

/** Code of any other way to knock: `knock` is what to do with `port2`. */
export const knockBy = (knock: string) => `(() => { ${prepare}; ${knock} })()`

/** Has a document note messages from outside as they arrive: knocking has to get there before silence says anything. */
export async function noteKnocks(page: Page, frame?: string): Promise<void> {
  await inWorld(
    page,
    `globalThis.knocked = new Promise(done => addEventListener('message', ({ origin, source }) => {
      if (source !== window) done(origin)
    })); undefined`,
    { frame },
  )
}

/** A page of the CRM at a path, with a permit for a token. */
export async function leasing(arena: Arena, path = '/blank'): Promise<Page> {
  const page = await arena.open(`https://crm.acme.example${path}`)
  await arena.permit(page, leadsToken)
  return page
}

/** The site itself is served, on the same page and by the same script of ours. */
export async function expectServed(arena: Arena, page: Page): Promise<void> {
  expect(await arena.call(page, askToken)).toMatchObject({ value: { tokenType: 'Bearer' } })
}

/** Asks for a token as the site would, in a frame of a page; gives what came back, once an answer has. */
export async function askedInFrame(page: Page, frame: string): Promise<unknown> {
  return inWorld(
    page,
    `new Promise(done => {
      ${prepare}
      port1.addEventListener('message', ({ data }) => data?.reply && done(data.reply))
      postMessage({ dealpass: 'connect' }, origin, [port2])
      setTimeout(done, 1_000, 'silence')
    })`,
    { frame },
  )
}
