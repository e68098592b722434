import type { Page } from '@playwright/test'
import { type Arena, attack, expect, inPage, sdk, soon } from './arena'
import { askedInFrame, askToken } from './knock'
import { frameAt, letHide } from './worlds'

const crm = 'https://crm.acme.example'

const unasked = { code: 'not-permitted', reason: 'needs-gesture' }

/** Nobody was asked anything, and nothing was handed out. */
async function expectUnasked(arena: Arena, outcome: unknown): Promise<void> {
  const { consents, permits } = await arena.view()
  expect(consents).toEqual([])
  expect(permits).toEqual([])
  expect(arena.dealpass.context.pages().filter(page => page.url().includes('/consent/'))).toEqual([])
  await arena.expectNoSecret(outcome)
}

const isActive = (page: Page) => inPage(page, 'navigator.userActivation.isActive')

attack('gesture', 'asks for a token without a click', async arena => {
  const page = await arena.open(`${crm}/blank`)
  const outcome = await soon(arena.call(page, askToken))
  expect(outcome).toMatchObject(unasked)
  await expectUnasked(arena, outcome)
})

attack('gesture', 'makes clicks and keys of its own, and asks from them', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await inPage(
    page,
    `globalThis.events = []
    for (const type of ['click', 'pointerdown', 'pointerup', 'keydown', 'submit'])
      addEventListener(type, ({ isTrusted }) => events.push(type + isTrusted), true)
    const button = document.createElement('button')
    document.body.append(button)
    button.click()
    button.focus()
    for (const made of [new MouseEvent('click'), new PointerEvent('pointerdown'), new PointerEvent('pointerup'),
      new KeyboardEvent('keydown', { key: 'Enter' })]) button.dispatchEvent(made)
    undefined`,
  )
  expect(await inPage(page, 'events')).toContain('clickfalse')
  const outcome = await soon(arena.call(page, askToken))
  expect(outcome).toMatchObject(unasked)
  await expectUnasked(arena, outcome)
})

attack('gesture', 'claims to be looked at and used', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await inPage(
    page,
    `const active = { get: () => ({ isActive: true, hasBeenActive: true }), configurable: true }
    for (const owner of [navigator, Navigator.prototype]) Object.defineProperty(owner, 'userActivation', active)
    Object.defineProperty(UserActivation.prototype, 'isActive', { get: () => true })
    for (const owner of [document, Document.prototype])
      Object.defineProperty(owner, 'visibilityState', { get: () => 'visible', configurable: true })
    for (const name of ['visibilityState', 'userActivation', 'navigator', 'isActive'])
      document.body.insertAdjacentHTML('beforeend', \`<img name="\${name}"><form id="\${name}"><input name="isActive"></form>\`)
    undefined`,
  )
  expect(await isActive(page)).toBe(true)
  const outcome = await soon(arena.call(page, askToken))
  expect(outcome).toMatchObject(unasked)
  await expectUnasked(arena, outcome)
})

attack('gesture', 'asks by a click that another window has used up', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await inPage(
    page,
    "addEventListener('click', () => { open('about:blank').close() }, { once: true }); undefined",
  )
  await page.mouse.click(5, 5)
  await expect.poll(() => isActive(page)).toBe(false)
  const outcome = await soon(arena.call(page, askToken))
  expect(outcome).toMatchObject(unasked)
  await expectUnasked(arena, outcome)
})

attack('gesture', 'keeps a click until it is old', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await page.mouse.click(5, 5)
  expect(await isActive(page)).toBe(true)
  // The browser's own five seconds, which no clock of ours can shorten.
  await expect.poll(() => isActive(page), { timeout: 8_000, intervals: [100] }).toBe(false)
  const outcome = await soon(arena.call(page, askToken))
  expect(outcome).toMatchObject(unasked)
  await expectUnasked(arena, outcome)
})

attack('gesture', 'asks from a tab that nobody looks at any more', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await letHide(page)
  await page.mouse.click(5, 5)
  const other = await arena.dealpass.context.newPage()
  await other.bringToFront()
  expect(await inPage(page, '[document.visibilityState, navigator.userActivation.isActive]')).toEqual([
    'hidden',
    true,
  ])
  const outcome = await soon(arena.call(page, askToken))
  expect(outcome).toMatchObject(unasked)
  await expectUnasked(arena, outcome)
})

attack('gesture', 'has a framed site ask after a click around the frame', async arena => {
  const page = await arena.open(`https://evil.example/embed?src=${encodeURIComponent(`${crm}/child`)}`)
  await frameAt(page, crm)
  await page.mouse.click(5, 5)
  expect(await isActive(page)).toBe(true)
  const reply = await askedInFrame(page, crm)
  expect(reply).toMatchObject({ ok: false, error: unasked })
  await expectUnasked(arena, reply)
})

/** The user says no to a site's question: by the button, or by closing the window. */
async function refuse(arena: Arena, page: Page, how: 'Deny' | 'close'): Promise<void> {
  const { question, outcome } = await arena.ask(page, askToken)
  const closed = question.waitForEvent('close')
  if (how === 'Deny') await question.getByRole('button', { name: 'Deny' }).click()
  else await question.close()
  await closed
  expect(await outcome).toMatchObject({ code: 'not-permitted', reason: 'no-permit' })
  expect((await arena.view()).denials).toMatchObject([{ site: crm, provider: 'salesos' }])
}

const denied = { code: 'not-permitted', reason: 'denied-lately' }

attack('denials', 'asks again right after a no', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await refuse(arena, page, 'Deny')
  const outcome = await soon((await arena.click(page, askToken)).outcome)
  expect(outcome).toMatchObject(denied)
  await expectUnasked(arena, outcome)
})

attack('denials', 'asks again after its window was closed', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await refuse(arena, page, 'close')
  const outcome = await soon((await arena.click(page, askToken)).outcome)
  expect(outcome).toMatchObject(denied)
  await expectUnasked(arena, outcome)
})

attack('denials', 'asks again from another tab, after a reload, and for less', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await refuse(arena, page, 'Deny')
  const other = await arena.open(`${crm}/child`)
  await page.reload()
  await inPage(page, sdk)
  const outcomes = []
  for (const [where, source] of [
    [other, askToken],
    [page, askToken],
    [page, "return (await pass.fetch('salesos', '/v1/leads')).text()"],
  ] as const)
    outcomes.push(await soon((await arena.click(where, source)).outcome))
  for (const outcome of outcomes) expect(outcome).toMatchObject(denied)
  await expectUnasked(arena, outcomes)
})
