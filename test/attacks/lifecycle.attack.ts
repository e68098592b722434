import type { Page } from '@playwright/test'
import { extensionPage } from '../e2e/harness/opened-page'
import { stopWorker } from '../e2e/harness/worker'
import { type Arena, attack, expect, inPage, sdk, soon } from './arena'
import { askedInFrame, askToken, expectServed, leadsToken, leasing } from './knock'
import { frameAt, inContentScript } from './worlds'

const crm = 'https://crm.acme.example'
const evil = 'https://evil.example'

const unasked = { code: 'not-permitted', reason: 'needs-gesture' }

/** Has another window use up the click that a permit was asked by. */
const useUp = "if (navigator.userActivation.isActive) open('about:blank').close()"

/** A page of the CRM with a permit for this page alone. */
async function leasingOnce(arena: Arena, path = '/blank'): Promise<Page> {
  const page = await arena.open(`${crm}${path}`)
  await arena.permit(page, { ...leadsToken, until: 'once' })
  await expectServed(arena, page)
  return page
}

/** Leaves a page for another, by its own script, and comes back to it out of the back-forward cache. */
async function leave(page: Page): Promise<() => Promise<void>> {
  await inPage(
    page,
    "addEventListener('pageshow', ({ persisted }) => { globalThis.persisted = persisted }); undefined",
  )
  await page.goto(`${evil}/blank`)
  return async () => {
    // A page out of the cache is not loaded again.
    await page.goBack({ waitUntil: 'commit' })
    await expect.poll(() => page.url()).toContain(crm)
    expect(await inPage(page, 'globalThis.persisted')).toBe(true)
  }
}

/** Not served, and nobody is asked. */
async function expectRefused(arena: Arena, page: Page): Promise<void> {
  await inPage(page, useUp)
  const outcome = await soon(arena.call(page, askToken))
  await arena.expectNoSecret(outcome)
  expect(outcome).toMatchObject(unasked)
  expect(await soon(arena.call(page, 'return pass.connections()'))).toEqual({ value: [] })
}

attack('duration', 'uses a permit for one page in another tab', async arena => {
  await leasingOnce(arena)
  await expectRefused(arena, await arena.open(`${crm}/blank`))
})

attack('duration', 'uses a permit for one page after a reload', async arena => {
  const page = await leasingOnce(arena)
  await page.reload()
  await inPage(page, sdk)
  await expectRefused(arena, page)
})

attack('duration', 'uses a permit for one page in a frame on it', async arena => {
  const page = await leasingOnce(arena, '/embed?src=/child')
  await frameAt(page, `${crm}/child`)
  await inPage(page, useUp)
  const reply = await askedInFrame(page, `${crm}/child`)
  await arena.expectNoSecret(reply)
  expect(reply).toMatchObject({ ok: false, error: unasked })
})

attack('duration', 'uses a permit for eight hours after nine', async arena => {
  const page = await arena.open(`${crm}/blank`)
  await arena.permit(page, { ...leadsToken, until: 'hours' })
  await expectServed(arena, page)
  try {
    await arena.dealpass.inWorker(() => {
      const now = Date.now
      Date.now = () => now() + 9 * 60 * 60_000
    })
    await expectRefused(arena, await arena.open(`${crm}/blank`))
  } finally {
    await stopWorker(arena.dealpass)
  }
})

attack('duration', 'asks what other sites have permits for', async arena => {
  await leasing(arena)
  const page = await arena.open('https://partner.acme.example/blank')
  const outcome = await arena.call(page, 'return pass.connections()')
  expect(outcome).toEqual({ value: [] })
  expect(JSON.stringify(outcome)).not.toContain(arena.sandbox.users.rep.email)
})

attack('ports', 'comes back from the back-forward cache for a permit that was for one page', async arena => {
  const page = await leasingOnce(arena)
  const back = await leave(page)
  await expect.poll(async () => (await arena.view()).permits, { timeout: 2_000 }).toEqual([])
  await back()
  await expectRefused(arena, page)
})

attack('permit', 'comes back from the back-forward cache after its permit was ended', async arena => {
  const page = await leasing(arena)
  const back = await leave(page)
  await arena.asScreen('endPermits', { site: crm })
  await back()
  await expectRefused(arena, page)
})

attack(
  'permit',
  'goes on to another site in its tab, which asks by the permit of the one before',
  async arena => {
    const page = await leasing(arena)
    // Begun and left in the same turn.
    await inPage(
      page,
      `Dealpass.dealpass().then(pass => {
    pass.token('salesos', { scopes: ['leads:read'] })
    location.href = 'https://partner.acme.example/blank'
  }); undefined`,
    )
    await page.waitForURL('https://partner.acme.example/**')
    await inPage(page, sdk)
    await expectRefused(arena, page)
  },
)

/** Runs an attack in which a question goes with its document; for a while its site could not ask again. */
async function withdrawing(arena: Arena, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } finally {
    await stopWorker(arena.dealpass)
  }
}

attack('ports', 'goes away while its question stands', arena =>
  withdrawing(arena, async () => {
    const page = await arena.open(`${crm}/blank`)
    const { question } = await arena.ask(page, askToken)
    const closed = question.waitForEvent('close', { timeout: 2_000 })
    await page.goto(`${evil}/blank`)
    await closed
    const { consents, permits } = await arena.view()
    expect([consents, permits]).toEqual([[], []])
  }),
)

attack('ports', 'asks, rests in the back-forward cache, and comes back for the answer', arena =>
  withdrawing(arena, async () => {
    const page = await arena.open(`${crm}/blank`)
    await arena.ask(page, askToken)
    const back = await leave(page)
    await expect.poll(async () => (await arena.view()).consents, { timeout: 2_000 }).toEqual([])
    await back()
    await expectRefused(arena, page)
    expect((await arena.view()).permits).toEqual([])
  }),
)

for (const [where, address] of [
  ['to a page that we cannot reach', `${evil}/blank`],
  ['to another site of ours', 'https://partner.acme.example/blank'],
] as const)
  attack(
    'ports',
    `takes a renderer over, asks past the port, and is gone ${where} when the user allows it`,
    async arena => {
      const page = await arena.open(`${crm}/blank`)
      const message = {
        dealpass: 'request',
        name: 'token',
        input: { provider: 'salesos', scopes: ['leads:read'] },
      }
      const question = await extensionPage(arena.dealpass, 'src/screens/consent/index.html', async () => {
        await page.mouse.click(5, 5)
        await inContentScript(page, `chrome.runtime.sendMessage(${JSON.stringify(message)}); undefined`)
      })
      await page.goto(address)
      const closed = question.waitForEvent('close')
      await question.getByRole('button', { name: 'Allow' }).click()
      await closed
      const { consents, permits } = await arena.view()
      expect([consents, permits]).toEqual([[], []])
    },
  )

attack('news', 'listens for what happens at other sites', async arena => {
  const listening = `globalThis.news = []
  Dealpass.dealpass().then(pass => pass.onChange(({ event }) => news.push(event)))`
  const own = await arena.open(`${crm}/child`)
  const other = await arena.open('https://partner.acme.example/child')
  for (const page of [own, other]) await inPage(page, `${listening}.then(() => undefined)`)
  await inPage(
    other,
    `globalThis.raw = new Promise(done => {
    const { port1, port2 } = new MessageChannel()
    const heard = []
    port1.onmessage = ({ data }) => { heard.push(data); if (data === 'installed') done({ heard, port1 }) }
    postMessage({ dealpass: 'connect' }, origin, [port2])
  }).then(wire => { globalThis.wire = wire }); undefined`,
  )
  await inPage(other, 'raw')
  await leasing(arena)
  await arena.asScreen('endPermits', {})
  await expect.poll(() => inPage(own, 'news')).toEqual(['connected', 'ended'])
  await expectRefused(arena, other)
  expect(await inPage(other, 'wire.heard')).toEqual(['installed'])
  expect(await inPage(other, 'news')).toEqual([])
})
