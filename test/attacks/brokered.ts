import type { Page } from '@playwright/test'
import { type Arena, expect, type Outcome } from './arena'

type Init = {
  method?: string
  headers?: Record<string, string>
  body?: string
  connection?: string
  scopes?: string[]
}

/** The body of an SDK call that makes a brokered fetch and tells everything that the page sees of the answer. */
export function fetching(provider: string, path: string, init: Init = {}): string {
  return `const reply = await pass.fetch(${[provider, path, init].map(one => JSON.stringify(one)).join()})
    return { status: reply.status, statusText: reply.statusText, headers: [...reply.headers], text: await reply.text() }`
}

/**
 * A page of the CRM, which may read by brokered fetch at one provider, and has done so. It is a new one that nobody has
 * clicked on: what goes beyond the permit opens no question.
 */
export async function reader(arena: Arena, provider: 'sell' | 'salesos' = 'sell'): Promise<Page> {
  const clicked = await arena.open('https://crm.acme.example/blank')
  await arena.permit(clicked, { provider, use: 'fetch' })
  expect(arena.apiCalls().at(-1)).toMatchObject({ method: 'GET', status: 200 })
  const page = await arena.open('https://crm.acme.example/blank')
  await clicked.close()
  arena.sandbox.forget()
  return page
}

/** Makes brokered calls one after the other; gives their outcomes by their paths. */
export async function tried(
  arena: Arena,
  page: Page,
  provider: string,
  paths: readonly string[],
  init: Init = {},
): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {}
  for (const path of paths) outcomes[path] = await arena.call(page, fetching(provider, path, init))
  return outcomes
}

/** Every one of these was refused as this, and no server saw anything of it. */
export async function expectNothing(
  arena: Arena,
  outcomes: Record<string, Outcome>,
  refusal: { code: string; reason?: string },
): Promise<void> {
  for (const [path, outcome] of Object.entries(outcomes)) {
    expect(outcome, path).not.toHaveProperty('value')
    expect(outcome, path).toMatchObject(refusal)
  }
  expect(arena.sandbox.saw()).toEqual([])
  await arena.expectNoSecret(outcomes)
}
