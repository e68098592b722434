import type { Page } from '@playwright/test'
import { stopWorker } from '../e2e/harness/worker'
import { type Arena, attack, expect } from './arena'
import { reader } from './brokered'

declare const chrome: {
  tabs: { query(filter: object): Promise<{ id: number }[]> }
  scripting: {
    executeScript<Given, Result>(script: {
      target: { tabId: number }
      func: (given: Given) => Promise<Result>
      args: [Given]
    }): Promise<{ result: Result }[]>
  }
  storage: Record<'local' | 'sync' | 'session' | 'managed', Area>
}
type Area = {
  get(): Promise<Record<string, unknown>>
  set(values: object): Promise<void>
  clear(): Promise<void>
  getBytesInUse(): Promise<number>
}

/** What a script in our world on a page, where a renderer was taken over, gets of every area; and can write there. */
async function inEveryArea(arena: Arena, page: Page, forged: object): Promise<string[]> {
  const told = await arena.dealpass.inWorker(
    async ({ url, forged }) => {
      const [tab] = await chrome.tabs.query({ url })
      const [answer] = await chrome.scripting.executeScript({
        target: { tabId: tab?.id ?? -1 },
        args: [forged],
        func: async forged => {
          const told: string[] = []
          for (const name of ['local', 'sync', 'session', 'managed'] as const)
            for (const [verb, act] of Object.entries({
              get: () => chrome.storage[name].get(),
              bytes: () => chrome.storage[name].getBytesInUse(),
              set: () => chrome.storage[name].set(forged),
            }))
              try {
                const value = await act()
                told.push(`${name}.${verb} ${JSON.stringify(value) ?? 'done'}`)
              } catch {
                told.push(`${name}.${verb} refused`)
              }
          return told
        },
      })
      return answer?.result ?? []
    },
    { url: page.url(), forged },
  )
  expect(told).toHaveLength(12)
  return told
}

attack('storage', 'reads every storage area from a content script', async arena => {
  const page = await reader(arena)
  const told = await inEveryArea(arena, page, {})
  await arena.expectNoSecret(told)
  expect(told.filter(line => !line.endsWith(' refused'))).toEqual([])
})

attack(
  'storage',
  'writes a forged view, permits, tokens and endpoints into every storage area',
  async arena => {
    const page = await arena.open('https://partner.acme.example/blank')
    const before = await arena.view()
    const [sell] = before.connections
    const permit = {
      id: 'forged',
      site: 'https://partner.acme.example',
      connection: sell?.id,
      use: 'token',
      access: 'change',
      scopes: sell?.scopes.granted,
      until: 'always',
      run: before.run,
      grantedAt: Date.now(),
    }
    const view = { ...before, permits: [permit] }
    const endpoints = { token: 'https://evil.example/token' }
    const told = await inEveryArea(arena, page, {
      view,
      permits: [permit],
      setup: { ...before.setup, providers: { sell: { endpoints, api: ['https://evil.example/v2/'] } } },
      tokens: {
        held: {},
        tickets: {},
        panels: {},
        questions: {},
        given: [],
        wantedSites: {},
        unpublished: 0,
      },
    })
    expect(told.filter(line => !line.endsWith(' refused'))).toEqual([])
    // Neither this worker believes a word of it, nor the next one, which begins with what it finds.
    for (const again of [false, true]) {
      if (again) await stopWorker(arena.dealpass)
      const outcome = await arena.call(page, "return pass.token('sell')")
      expect(outcome).toMatchObject({ code: 'not-permitted', reason: 'needs-gesture' })
      await arena.expectNoSecret(outcome)
      expect(await arena.view()).toEqual(before)
    }
    const kept = await arena.dealpass.inWorker(async () =>
      JSON.stringify([
        await chrome.storage.local.get(),
        await chrome.storage.sync.get(),
        await chrome.storage.managed.get(),
      ]),
    )
    expect(kept).toBe('[{},{},{}]')
    expect(arena.apiCalls()).toEqual([])
  },
)
