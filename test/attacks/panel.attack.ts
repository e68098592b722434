import type { Page } from '@playwright/test'
import { stopWorker } from '../e2e/harness/worker'
import { allowOnPage, crmLead, openPanelOn } from '../e2e/steps'
import { type Arena, attack, expect, inPage } from './arena'
import { frameAt, inContentScript, inWorld } from './worlds'

const sending = (name: string, input: object = {}) =>
  `chrome.runtime.sendMessage(${JSON.stringify({ dealpass: 'request', name, input })})`

const unknown = { ok: false, error: { code: 'not-permitted', reason: 'unknown-caller' } }

async function openLead(arena: Arena): Promise<Page> {
  const page = await arena.dealpass.context.newPage()
  await page.goto(crmLead)
  await page.getByRole('button', { name: 'Dealpass', exact: true }).waitFor()
  return page
}

/** The CRM with a panel that the user has opened and allowed: what a stolen one would be worth. */
async function usedPanel(arena: Arena): Promise<void> {
  const page = await openLead(arena)
  await allowOnPage(arena.dealpass, await openPanelOn(page))
  await arena.sandbox.waitFor({ host: 'api.getbase.com', path: '/v2/leads/1' })
  await page.close()
  arena.sandbox.forget()
}

/** A ticket as our script gets one; the page, which has taken its renderer over, reads it there. */
async function ticketOf(page: Page): Promise<string> {
  const reply = (await inContentScript(page, sending('openPanel'))) as { value: { ticket: string } }
  return reply.value.ticket
}

/** Suppose that the page has learned the address of this browser run. */
const addressOf = (page: Page) =>
  inContentScript(page, "chrome.runtime.getURL('src/screens/panel/index.html')") as Promise<string>

/** Puts a panel of the page's own making on it; gives its address, by which it can be spoken for. */
async function embedPanel(page: Page, hash = ''): Promise<string> {
  const address = await addressOf(page)
  const put = `{ const frame = document.createElement('iframe'); frame.src = '${address}${hash}'; document.body.append(frame) }`
  await inPage(page, put)
  const frame = await frameAt(page, 'chrome-extension://')
  await frame.getByRole('region', { name: 'Dealpass panel' }).waitFor()
  return 'chrome-extension://'
}

/** Nothing for a panel that nobody let in, whatever it asks. */
async function expectNobody(arena: Arena, page: Page, panel: string): Promise<void> {
  const replies = []
  for (const [name, input] of [
    ['connections', {}],
    ['look', {}],
    ['askConsent', {}],
    ['fetch', { provider: 'sell', path: '/v2/leads/2' }],
  ] as const)
    replies.push(await inWorld(page, sending(name, input), { frame: panel }))
  await arena.expectNoSecret(replies)
  expect(replies).toMatchObject([unknown, unknown, unknown, unknown])
  expect(JSON.stringify(replies)).not.toContain(arena.sandbox.users.rep.email)
  expect(arena.sandbox.saw({ path: '/v2/leads/2' })).toEqual([])
}

attack('caller', 'puts a panel on its page itself, without a ticket', async arena => {
  await usedPanel(arena)
  const page = await openLead(arena)
  await expectNobody(arena, page, await embedPanel(page))
})

/** A panel of the page's own, with a ticket that is none of its: it is refused, and so is all that it asks then. */
async function enterWith(arena: Arena, page: Page, ticket: string): Promise<void> {
  const panel = await embedPanel(page)
  const reply = await inWorld(page, sending('enter', { ticket }), { frame: panel })
  expect(reply).toMatchObject(unknown)
  await expectNobody(arena, page, panel)
}

attack('ticket', 'uses the ticket of a panel again', async arena => {
  await usedPanel(arena)
  const page = await openLead(arena)
  const ticket = await ticketOf(page)
  // Spent by a panel that is then taken away.
  const first = await embedPanel(page, `#${ticket}`)
  expect(await inWorld(page, sending('connections'), { frame: first })).toMatchObject({ ok: true })
  await inPage(page, "document.querySelector('body > iframe').remove()")
  await expect.poll(() => page.frames().length).toBe(1)
  await enterWith(arena, page, ticket)
})

attack('ticket', 'uses a ticket of another tab', async arena => {
  const ticket = await ticketOf(await openLead(arena))
  await enterWith(arena, await openLead(arena), ticket)
})

attack('ticket', 'uses a ticket that is too old', async arena => {
  const page = await openLead(arena)
  const ticket = await ticketOf(page)
  try {
    await arena.dealpass.inWorker(() => {
      const now = Date.now
      Date.now = () => now() + 11_000
    })
    await enterWith(arena, page, ticket)
  } finally {
    await stopWorker(arena.dealpass)
  }
})

attack('ticket', 'uses a ticket after a later one was issued', async arena => {
  const page = await openLead(arena)
  const ticket = await ticketOf(page)
  await ticketOf(page)
  await enterWith(arena, page, ticket)
})

attack('ticket', 'makes tickets up', async arena => {
  const page = await openLead(arena)
  await ticketOf(page)
  const panel = await embedPanel(page, '#__proto__')
  for (const ticket of ['__proto__', 'constructor', 'toString', 'x', '*'])
    expect(await inWorld(page, sending('enter', { ticket }), { frame: panel })).toMatchObject(unknown)
  await expectNobody(arena, page, panel)
})

attack('ticket', 'has a ticket issued to a site that has no panel', async arena => {
  const page = await arena.open('https://crm.acme.example/blank')
  expect(await inContentScript(page, sending('connections'))).toMatchObject({ ok: true })
  const reply = await inContentScript(page, sending('openPanel'))
  expect(reply).toMatchObject(unknown)
  expect(reply).not.toHaveProperty('value')
})

attack('loader', 'clicks on our button by script', async arena => {
  const page = await openLead(arena)
  const found = await inPage(
    page,
    `(() => {
      const roots = [...document.documentElement.children].map(({ shadowRoot }) => shadowRoot).filter(Boolean)
      const button = roots.map(root => root.querySelector('button')).find(one => one?.textContent === 'Dealpass')
      button.click()
      button.focus()
      for (const type of ['pointerdown', 'mousedown', 'mouseup', 'pointerup', 'click'])
        button.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, view: window }))
      return button.textContent
    })()`,
  )
  expect(found).toBe('Dealpass')
  // What the button would have asked for would be answered before this.
  expect(await inContentScript(page, sending('connections'))).toMatchObject({ ok: true })
  const tickets = await arena.dealpass.inWorker(async () => {
    const { tokens } = await chrome.storage.session.get('tokens')
    return Object.keys(tokens.tickets).length + Object.keys(tokens.panels).length
  })
  expect(tickets).toBe(0)
  expect(page.frames()).toHaveLength(1)
})

attack('shadow', 'looks for the panel, its address and its ticket from the page', async arena => {
  const page = await openLead(arena)
  await inPage(
    page,
    `globalThis.seen = []
    for (const type of ['load', 'focus', 'blur', 'focusin', 'message', 'transitionend', 'error'])
      addEventListener(type, event => seen.push(...event.composedPath()), true)
    for (const type of ['layout-shift', 'resource', 'element', 'event', 'first-input', 'navigation'])
      try {
        new PerformanceObserver(list => {
          for (const entry of list.getEntries())
            seen.push(entry.name, entry.target, entry.element, ...(entry.sources ?? []).map(({ node }) => node))
        }).observe({ type, buffered: true })
      } catch {}
    new MutationObserver(records => {
      for (const { addedNodes, target } of records) seen.push(target, ...addedNodes)
    }).observe(document, { subtree: true, childList: true, attributes: true })
    const attach = Element.prototype.attachShadow
    Element.prototype.attachShadow = function (init) { seen.push(this); return attach.call(this, { ...init, mode: 'open' }) }
    undefined`,
  )
  await openPanelOn(page)
  const box = await page.evaluate(() => [innerWidth - 200, innerHeight - 200] as const)
  await page.mouse.click(...box)
  const found = await inPage(
    page,
    `(() => {
      const inside = node => node instanceof Element || node instanceof ShadowRoot || node instanceof Document
        ? [node, ...node.querySelectorAll('*')].flatMap(one => one.shadowRoot ? [one, ...inside(one.shadowRoot)] : [one])
        : [node]
      const all = [...seen, document.activeElement, ...document.elementsFromPoint(${box.join()}),
        document.caretPositionFromPoint(${box.join()})?.offsetNode, ...document.getAnimations().map(({ effect }) => effect.target),
        document, ...performance.getEntries().map(({ name }) => name)].filter(Boolean).flatMap(inside)
      const isFrame = one => one instanceof HTMLIFrameElement || one instanceof Window && one !== window
      return {
        looked: all.length > 10,
        frames: window.length + all.filter(isFrame).length,
        addresses: all.map(one => one.src ?? (typeof one === 'string' ? one : '')).filter(text => /extension:/.test(text)),
      }
    })()`,
  )
  expect(found).toEqual({ looked: true, frames: 0, addresses: [] })
})

declare const chrome: {
  storage: { session: { get(key: string): Promise<{ tokens: { tickets: object; panels: object } }> } }
}
