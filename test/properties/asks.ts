import { expect } from 'vitest'
import type { StoredCredentials } from '../../src/background/vault'
import { limits } from '../../src/shared/limits'
import { view } from '../fakes/worker'
import { pass, quiet } from './clock'
import { type Modelled, wordsOf } from './model'
import { opened, peek } from './profile'
import type { Stage } from './stage'
import type { Use } from './use'

const whole = ['read', 'write']

/** Somebody asks for a token of a connection, as a widget would. */
export async function askFor(id: string, asked: string) {
  const { narrowToken } = await import('../../src/background/broker')
  return narrowToken(id, asked ? asked.split(' ') : whole)
}

/** Asks that are out: how each ends is judged in the moment in which it does. */
export class Asks {
  readonly #since = Date.now()
  readonly #uses: Use[] = []
  readonly #refusals: Set<string | undefined>
  readonly #checks: Promise<void>[] = []
  #left = 0

  constructor(
    readonly stage: Stage,
    readonly connection: Modelled,
    readonly sets: string[],
  ) {
    const { model } = stage
    this.#refusals = new Set([model.refusalOf(connection)])
    for (const asked of sets) this.#begin(asked)
  }

  /** Lets time pass until everybody has been answered, and looks at what the server has seen of it. */
  async over(): Promise<void> {
    const { server, model } = this.stage
    const before = view().outages[`https://${this.connection.host}`]
    const began = Date.now()
    const needs =
      this.sets.some(asked => !this.#isFresh(asked)) && model.refusalOf(this.connection) === undefined
    const isLately = model.hasFailedLately(this.connection, began)
    await quiet()
    // Whoever waits, waits for the patience of each who was there before.
    const most = limits.patience * (this.sets.length + 1) + limits.request
    while (this.#left > 0 && Date.now() - began <= most) {
      await pass(500)
      this.#learn()
    }
    expect(this.#left, 'asks that are never answered').toBe(0)
    await Promise.all(this.#checks)
    await quiet()
    this.#learn()
    const own = this.#uses.filter(({ user }) => user === this.connection.user)
    for (const asked of new Set(this.sets)) {
      const all = own.filter(use => use.asked === asked && use.outcome === 'ok')
      expect(all.length, `refreshes for the scope set “${asked}” at once`).toBeLessThan(2)
    }
    if (server.gate || !needs || isLately) return
    const isNear = !before || before.failures < 2 || before.nextTry - began < limits.patience
    if (isNear)
      expect(
        this.#uses.some(({ host }) => host === this.connection.host),
        'a try is due',
      ).toBe(true)
  }

  #isFresh(asked: string): boolean {
    const { model } = this.stage
    const held = this.connection.held.get(asked)
    return held !== undefined && Date.now() < model.renewalOf(held)
  }

  #learn(): void {
    const isOurs = (use: Use) => use.user === this.connection.user && this.sets.includes(use.asked)
    this.#uses.push(...this.stage.learn(isOurs))
    this.#refusals.add(this.stage.model.refusalOf(this.connection))
  }

  #begin(asked: string): void {
    this.#left += 1
    const fresh = this.#isFresh(asked) ? this.connection.held.get(asked)?.value : undefined
    const answered = askFor(this.connection.id, asked).then(
      // Before anything else can happen: what would a worker leave behind that dies now?
      ({ value }) => this.#token(asked, value, fresh),
      error => this.#words(asked, wordsOf(Object(error)), fresh),
    )
    this.#checks.push(
      answered.finally(() => {
        this.#left -= 1
      }),
    )
  }

  #token(asked: string, value: string, fresh: string | undefined): Promise<void> {
    this.#learn()
    const { model } = this.stage
    const { connection } = this
    const now = Date.now()
    const stored = peek<StoredCredentials>('credentials').get(connection.id)
    const refreshToken = connection.refreshToken
    expect(model.refusalOf(connection), 'what stands in the way of a token that was given').toBeUndefined()
    const held = connection.held.get(asked)
    expect(value, `the token for “${asked}”`).toBe(fresh ?? held?.value)
    if (!held) return Promise.resolve()
    expect(held.expiresAt, 'the end of a token that is given').toBeGreaterThan(now)
    if (now >= model.renewalOf(held)) {
      const isExcused = model.hasFailedLately(connection, now)
      expect(isExcused || this.#hasFailed(), 'a token before its end was given without a try').toBe(true)
      if (!isExcused) connection.failedAt = now
    }
    if (held.usedAt === undefined || now - held.usedAt >= limits.usedEvery) held.usedAt = now
    // A token in somebody's hands whose refresh token would be lost with the worker is a login lost.
    return this.#uses.some(({ accessToken }) => accessToken === value)
      ? this.#isSafe(stored, refreshToken)
      : Promise.resolve()
  }

  async #isSafe(stored: StoredCredentials | undefined, refreshToken: string | undefined): Promise<void> {
    const onDisk = stored && (await opened(stored)).refreshToken
    expect(onDisk, 'on disk when the access token was handed out').toBe(refreshToken)
  }

  #words(asked: string, words: string, fresh: string | undefined): void {
    const isFirst = this.#refusals.has(words)
    this.#learn()
    if (isFirst) return
    const { model } = this.stage
    const { connection } = this
    expect(fresh, `a fresh token when it was said: ${words}`).toBeUndefined()
    const own = this.#uses.filter(({ user }) => user === connection.user).map(({ outcome }) => outcome)
    if (words.startsWith('reconnect-required') || this.#refusals.has(words)) {
      const isRefused = own.includes('refused') || this.#refusals.has(words)
      expect(isRefused, `said without a refusal: ${words}`).toBe(true)
      return
    }
    connection.failedAt = Date.now()
    expect(model.livingOf(connection, asked, Date.now()), `living when it was said: ${words}`).toBeUndefined()
    if (words === 'provider-unreachable') expect(this.#hasFailed(), 'a server that has not failed').toBe(true)
    else if (words === 'provider-rejected: nonsense-answer') expect(own).toContain('nonsense')
    else if (words === 'setup-wrong: client-refused') expect(own).toContain('client-refused')
    else expect.fail(`Nobody may be told: ${words}`)
  }

  /** A try has failed since it was asked, or the server is to be left alone. */
  #hasFailed(): boolean {
    const { host } = this.connection
    const isTold = (this.stage.model.outages.get(host)?.failures ?? 0) > 1
    return (
      isTold ||
      this.#uses.some(
        use => use.host === host && use.outcome !== 'ok' && use.at >= this.#since - limits.request,
      )
    )
  }
}
