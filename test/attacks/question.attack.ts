import type { Page } from '@playwright/test'
import { limits } from '../../src/shared/limits'
import { stopWorker } from '../e2e/harness/worker'
import { type Arena, attack, expect, inPage, soon } from './arena'
import { askToken } from './knock'

const crm = 'https://crm.acme.example'
const partner = 'https://partner.acme.example'

const questions = (arena: Arena) =>
  arena.dealpass.context.pages().filter(page => page.url().includes('/screens/consent/'))

const allow = (question: Page) => question.getByRole('button', { name: 'Allow' })

const isArmed = (question: Page) => expect(allow(question)).toHaveAttribute('aria-disabled', 'false')

/** What the consent window sends for *Allow*, sent by whoever speaks in this page. */
async function allowFrom(arena: Arena, page: Page, site = crm): Promise<unknown> {
  const { consents, connections } = await arena.view()
  const input = {
    consent: consents.find(consent => consent.site === site)?.id,
    allow: true,
    until: 'always',
    connections: connections.filter(({ provider }) => provider === 'salesos').map(({ id }) => id),
  }
  const message = JSON.stringify({ dealpass: 'request', name: 'decide', input })
  // An answer that counts closes the window that it came from.
  return inPage(page, `chrome.runtime.sendMessage(${message})`).catch(() => 'closed')
}

/** The answer counted for nothing: the question stands, there is no permit, and its own window can still be answered. */
async function expectStanding(arena: Arena, question: Page, reply: unknown): Promise<void> {
  expect((await arena.view()).permits).toEqual([])
  expect(reply).toMatchObject({ ok: false, error: { code: 'not-permitted' } })
  expect((await arena.view()).consents).toMatchObject([{ site: crm }])
  await isArmed(question)
}

async function answerFrom(arena: Arena, path: (id: string) => string): Promise<void> {
  const page = await arena.open(`${crm}/blank`)
  const { question, outcome } = await arena.ask(page, askToken)
  const [consent] = (await arena.view()).consents
  const other = await arena.dealpass.context.newPage()
  await other.goto(`chrome-extension://${arena.dealpass.extensionId}/src/screens/${path(consent?.id ?? '')}`)
  await expectStanding(arena, question, await allowFrom(arena, other))
  expect(await soon(outcome)).toEqual({ code: 'pending' })
}

attack('window', 'answers a question from the popup', arena => answerFrom(arena, () => 'popup/index.html'))

attack('window', 'answers a question from the options', arena =>
  answerFrom(arena, () => 'options/index.html'),
)

attack('window', 'answers a question from its own page in another window', arena =>
  answerFrom(arena, id => `consent/index.html?consent=${id}`),
)

attack('window', 'answers the question of another site from the window of its own', async arena => {
  const page = await arena.open(`${crm}/blank`)
  const { question } = await arena.ask(page, askToken)
  const { question: own } = await arena.ask(await arena.open(`${partner}/blank`), askToken)
  const reply = await allowFrom(arena, own)
  expect((await arena.view()).permits).toEqual([])
  expect(reply).toMatchObject({ ok: false, error: { code: 'not-permitted' } })
  expect((await arena.view()).consents.map(({ site }) => site)).toEqual([crm, partner])
  // In the window that it stands in, the same words are an answer.
  await Promise.all([question.waitForEvent('close'), allowFrom(arena, question)])
  expect((await arena.view()).permits).toMatchObject([{ site: crm }])
})

attack('permit', 'waits with a question of its own for the answer to that of another site', async arena => {
  const { question, outcome } = await arena.ask(await arena.open(`${crm}/blank`), askToken)
  const second = await arena.ask(await arena.open(`${partner}/blank`), askToken)
  await isArmed(question)
  await allow(question).click()
  expect(await outcome).toHaveProperty('value')
  const other = await soon(second.outcome)
  await arena.expectNoSecret(other)
  expect(other).toEqual({ code: 'pending' })
  expect((await arena.view()).permits).toMatchObject([{ site: crm }])
})

/** The dead time of a question does not run out by itself, however slow the machine is, but when the attack says so. */
const standStill = `{
  const real = setTimeout
  globalThis.setTimeout = (run, ms, ...rest) =>
    ms === ${limits.allowDelay} ? void (globalThis.runOut = run) : real(run, ms, ...rest)
}`

/** The question drawn anew, as it is when it opens; what is done then comes within its dead time. */
async function atOnce(arena: Arena, act: (question: Page) => Promise<void>): Promise<void> {
  const page = await arena.open(`${crm}/blank`)
  const { question, outcome } = await arena.ask(page, askToken)
  await question.addInitScript(standStill)
  await question.reload({ waitUntil: 'commit' })
  await allow(question).waitFor()
  await inPage(
    question,
    "addEventListener('click', ({ isTrusted }) => { globalThis.clicked = isTrusted }, true)",
  )
  await act(question)
  expect(await soon(outcome)).toEqual({ code: 'pending' })
  expect((await arena.view()).permits).toEqual([])
  // It was a person's click, and later the same one counts.
  expect(await inPage(question, 'globalThis.clicked')).toBe(true)
  await question.waitForFunction('globalThis.runOut')
  await inPage(question, 'runOut(); undefined')
  await isArmed(question)
  await allow(question).click()
  expect(await outcome).toHaveProperty('value')
}

attack('arming', 'opens its question under the second half of a double click', arena =>
  atOnce(arena, question => allow(question).click({ force: true })),
)

attack('arming', 'has its user type into the question as it opens', arena =>
  atOnce(arena, async question => {
    await question.keyboard.press('Tab')
    await expect(allow(question)).toBeFocused()
    await question.keyboard.press('Enter')
  }),
)

attack('arming', 'uncovers its question under a click', async arena => {
  const page = await arena.open(`${crm}/blank`)
  const { question, outcome } = await arena.ask(page, askToken)
  await isArmed(question)
  // What comes with a window that is uncovered, in the moment of the click on what lay over it.
  const uncover = `addEventListener('pointerdown', () => {
    dispatchEvent(new Event('focus'))
    globalThis.start = performance.now()
  }, { once: true, capture: true })
  addEventListener('click', () => { globalThis.at ??= performance.now() - start }, true)`
  await inPage(question, uncover)
  await allow(question).click()
  expect(await soon(outcome)).toEqual({ code: 'pending' })
  expect((await arena.view()).permits).toEqual([])
  expect(await inPage(question, 'globalThis.at')).toBeLessThan(limits.allowDelay)
})

attack('person', 'makes a click on Allow', async arena => {
  const page = await arena.open(`${crm}/blank`)
  const { question, outcome } = await arena.ask(page, askToken)
  await isArmed(question)
  const clicked = await inPage(
    question,
    `(() => {
      const allow = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Allow')
      let clicks = 0
      allow.addEventListener('click', () => { clicks += 1 })
      allow.click()
      allow.focus()
      for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])
        allow.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, detail: 1, view: window }))
      for (const type of ['keydown', 'keypress', 'keyup'])
        allow.dispatchEvent(new KeyboardEvent(type, { key: 'Enter', code: 'Enter', bubbles: true }))
      return clicks
    })()`,
  )
  expect(clicked).toBe(2)
  expect(await soon(outcome)).toEqual({ code: 'pending' })
  expect((await arena.view()).permits).toEqual([])
  expect((await arena.view()).consents).toMatchObject([{ site: crm }])
})

attack('person', 'chooses for how long before the user allows it', async arena => {
  const page = await arena.open(`${crm}/blank`)
  const { question, outcome } = await arena.ask(page, askToken)
  await isArmed(question)
  await inPage(
    question,
    `(() => {
      const always = [...document.querySelectorAll('label')].find(({ textContent }) => textContent === 'Always')
      const radio = always.querySelector('input')
      always.click()
      radio.click()
      radio.checked = true
      for (const type of ['input', 'change', 'click']) radio.dispatchEvent(new Event(type, { bubbles: true }))
    })()`,
  )
  await allow(question).click()
  expect(await outcome).toHaveProperty('value')
  expect((await arena.view()).permits).toMatchObject([{ site: crm, until: 'run' }])
})

attack('questions', 'asks for many things at once by one click', async arena => {
  const page = await arena.open(`${crm}/blank`)
  const { question } = await arena.ask(
    page,
    `const asks = []
    for (const provider of ['salesos', 'sell', 'sellsn', 'sellytics'])
      asks.push(pass.token(provider), pass.fetch(provider, provider === 'sell' ? '/v2/leads' : '/v1/leads'))
    return Promise.allSettled(asks)`,
  )
  await isArmed(question)
  expect((await arena.view()).consents).toHaveLength(1)
  expect(questions(arena)).toEqual([question])
})

attack('questions', 'asks again and again by one click, each time taking the question back', async arena => {
  const page = await arena.open(`${crm}/blank`)
  try {
    const opened: Page[] = []
    arena.dealpass.context.on('page', one => opened.push(one))
    const { outcome } = await arena.click(
      page,
      `const codes = []
      for (let times = 0; times < 5; times++) {
        const control = new AbortController()
        const asked = pass.token('salesos', { scopes: ['leads:read'], signal: control.signal })
        setTimeout(() => control.abort(), 150)
        codes.push(await asked.then(() => 'served', ({ reason, name }) => reason ?? name))
      }
      return codes`,
    )
    const { value } = await outcome
    expect(value).toHaveLength(5)
    // What is taken back before the answer comes is told by its own end, whatever that would have been.
    for (const code of value as string[]) expect(['AbortError', 'needs-gesture']).toContain(code)
    expect(opened.length).toBeLessThanOrEqual(1)
  } finally {
    // The worker would not let this site ask for five seconds.
    await stopWorker(arena.dealpass)
  }
})
