import type { Page } from '@playwright/test'
import type { Sandbox } from '../sandbox/sandbox'
import { expect, test } from './harness/fixtures'
import { addSdk, asked, clickAsk, outcomeOf, prepare } from './page-script'
import { answer, letIn } from './site-steps'
import { connectedWith, setupWith, viewOf } from './steps'

const site = 'https://crm.acme.example'
const hour = 60 * 60_000
const herds = [
  { tabs: 4, each: 50, tag: [] },
  { tabs: 10, each: 100, tag: '@full' },
]
// A thousand calls and their second tries are two thousand answers of one small server.
const patience = 60_000

/** How many calls each page makes, as it is told. */
declare const self: typeof window & { each: number }

const tokenCalls = (sandbox: Sandbox) => sandbox.saw({ host: 'auth.play2sell.com', path: '/oauth/token' })

for (const { tabs, each, tag } of herds)
  test(`${tabs * each} calls from ${tabs} tabs on an expired token are one refresh, and as many answers`, {
    tag,
  }, async ({ dealpass, sandbox }) => {
    test.setTimeout(120_000)
    const scopes = ['openid', 'profile', 'email', 'offline_access', 'leads:read', 'deals:read', 'users:read']
    await connectedWith(dealpass, sandbox, setupWith('salesos', { scopes }), 'salesos')
    const first = await dealpass.context.newPage()
    await first.goto(`${site}/blank`)
    await letIn(dealpass, first)
    await addSdk(first)
    const pages: Page[] = [first]
    const allow = () => answer(dealpass, () => clickAsk(first), { until: 'Always' })
    const tell = (page: Page) =>
      page.evaluate(count => {
        self.each = count
      }, each)
    await tell(first)
    await prepare(first, async pass => (await pass.fetch('salesos', '/v1/leads')).status)
    await allow()
    expect(await outcomeOf(first)).toEqual({ value: 200 })
    while (pages.length < tabs) {
      const page = await dealpass.context.newPage()
      await page.goto(`${site}/blank`)
      await addSdk(page)
      await tell(page)
      // Pages that are open already, as they are in the morning.
      await asked(page, pass => pass.connections())
      pages.push(page)
    }

    await test.step('brokered calls', async () => {
      sandbox.advance('salesos', hour)
      sandbox.forget()
      for (const page of pages)
        await prepare(page, pass =>
          Promise.all(
            Array.from({ length: self.each }, () =>
              pass.fetch('salesos', '/v1/leads').then(
                reply => reply.status,
                error => error.code,
              ),
            ),
          ),
        )
      // At once: not one after the other, as clicks would come.
      await Promise.all(pages.map(page => page.evaluate(() => document.querySelector('button')?.click())))
      const answers = (await Promise.all(pages.map(page => outcomeOf(page, patience)))).flatMap(
        ({ value }) => value as number[],
      )
      expect(answers).toHaveLength(tabs * each)
      expect(answers.filter(status => status !== 200)).toEqual([])
      expect(tokenCalls(sandbox)).toMatchObject([{ status: 200, body: { grant_type: 'refresh_token' } }])
    })

    await test.step('leases of three scope sets are three refreshes, one after the other', async () => {
      await prepare(first, pass =>
        pass.token('salesos', { scopes: ['leads:read', 'deals:read', 'users:read'] }),
      )
      await allow()
      expect(await outcomeOf(first)).toHaveProperty('value')
      sandbox.advance('salesos', hour)
      // Memory is that of the browser, and so is its clock: a new life of both has nothing left of the tokens.
      await dealpass.inWorker(async () => {
        // @ts-expect-error the worker's own API
        const area = chrome.storage.session
        const { tokens } = await area.get('tokens')
        await area.set({ tokens: { ...tokens, held: {} } })
      })
      await dealpass.workers.send('ServiceWorker.stopAllWorkers')
      await dealpass.workerIs('stopped')
      sandbox.forget()
      for (const page of pages)
        await prepare(page, async pass => {
          const sets = [['leads:read'], ['deals:read'], ['leads:read', 'deals:read']]
          const given = await Promise.all(
            Array.from({ length: self.each - (self.each % 3) }, (_, index) =>
              pass.token('salesos', { scopes: sets[index % 3] }),
            ),
          )
          return [given.length, new Set(given.map(({ scopes: had }) => had.join(' '))).size]
        })
      await Promise.all(pages.map(page => page.evaluate(() => document.querySelector('button')?.click())))
      for (const page of pages)
        expect(await outcomeOf(page, patience)).toEqual({ value: [each - (each % 3), 3] })
      const calls = tokenCalls(sandbox)
      expect(calls.map(({ status }) => status)).toEqual([200, 200, 200])
      const sent = calls.map(({ body }) => body as { refresh_token: string; scope: string })
      expect(new Set(sent.map(({ refresh_token }) => refresh_token)).size).toBe(3)
      expect(sent.map(({ scope }) => scope.split(' ').sort().join(' ')).sort()).toEqual([
        'deals:read',
        'deals:read leads:read',
        'leads:read',
      ])
    })
    expect((await viewOf(dealpass)).connections).toMatchObject([{ status: 'connected' }])
  })
