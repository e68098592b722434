import { describe, expect, it, vi } from 'vitest'
import { answerBy, holdBack } from '../fakes/network'
import { connected, startWithSetup, tokenRequests, withProviders } from '../fakes/providers'
import { json } from '../fakes/server'
import { wordsOf } from '../fakes/words'
import {
  endLife,
  onDisk,
  rawDisk,
  restartBrowser,
  restartWorker,
  startWorker,
  until,
  untilView,
  view,
} from '../fakes/worker'

// A refresh is a transaction: what a worker leaves behind that dies in it, the next one finishes or names.

const providers = withProviders()
const minute = 60_000
const token = /\/oauth\/token$/

const accessToken = async (id: string) => (await import('../../src/background/broker')).accessToken(id)

/** Everybody's clock goes on; nothing else does. */
function later(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}

const journal = async () => (await onDisk()).journal
const refreshTokenOnDisk = async () => Object((await onDisk()).credentials?.[0]).refreshToken as string
const generation = async () => Object((await rawDisk()).credentials?.[0]).generation as number

/** A SalesOS connection whose access token has ended, all requests so far forgotten. */
async function ended(): Promise<string> {
  await startWithSetup()
  const id = await connected('salesos')
  providers.sandbox.forget()
  later(11 * minute)
  return id
}

/** The server answers, and the worker dies before it hears it. */
async function diesBeforeTheAnswer(id: string): Promise<void> {
  const through = globalThis.fetch
  let answered = false
  answerBy(token, async request => {
    await through(request)
    answered = true
    return new Promise<Response>(() => undefined)
  })
  void accessToken(id).catch(() => undefined)
  await until(() => answered)
  vi.stubGlobal('fetch', through)
}

describe('a refresh', () => {
  it('is written down before it goes out, and struck out when its result is on disk', async () => {
    const id = await ended()
    const held = holdBack(token)
    const asked = accessToken(id)
    await held.reached
    expect(await journal()).toEqual([
      {
        id: `refresh ${id}`,
        kind: 'refresh',
        connection: id,
        generation: await generation(),
        startedAt: expect.any(Number),
      },
    ])
    held.release()
    await asked
    expect(await journal()).toEqual([])
  })

  it('is written down by a second try where the disk does not take the first', async () => {
    const id = await ended()
    const { put } = IDBObjectStore.prototype
    const failing = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...row
    ) {
      if (this.name !== 'credentials') return put.apply(this, row)
      failing.mockRestore()
      this.transaction.abort()
      throw new DOMException('The disk is full', 'QuotaExceededError')
    })
    const before = await refreshTokenOnDisk()
    await accessToken(id)
    expect(await refreshTokenOnDisk()).not.toBe(before)
    expect(await journal()).toEqual([])
    later(11 * minute)
    await accessToken(id)
  })

  it('counts each change of the credentials', async () => {
    const id = await ended()
    const first = await generation()
    await accessToken(id)
    expect(await generation()).toBe(first + 1)
    later(11 * minute)
    await accessToken(id)
    expect(await generation()).toBe(first + 2)
  })

  it.each([
    ['a server that is down', { dead: true }],
    ['a server error', { fault: { path: '/oauth/token', status: 500 } }],
    ['an answer that breaks off', { fault: { path: '/oauth/token', status: 200, body: '{"access_tok' } }],
  ])('stays open after %s, which has not said what became of the refresh token', async (_, trouble) => {
    const id = await ended()
    providers.sandbox.set('salesos', trouble)
    await wordsOf(accessToken(id))
    expect(await journal()).toMatchObject([{ id: `refresh ${id}` }])
    providers.sandbox.set('salesos', { dead: false, fault: null })
    later(minute)
    await accessToken(id)
    expect(await journal()).toEqual([])
    expect(view().connections).toMatchObject([{ status: 'connected' }])
  })
})

describe('a worker that died in a refresh', () => {
  it.each([
    [
      'before the request was out',
      async (id: string) => {
        const held = holdBack(token)
        void accessToken(id).catch(() => undefined)
        await held.reached
        return held.release
      },
    ],
    [
      'with the answer on its way, at a server with a reuse window',
      async (id: string) => {
        providers.sandbox.set('salesos', { reuseWindowMs: 30_000 })
        await diesBeforeTheAnswer(id)
        return () => undefined
      },
    ],
  ])('%s: the next one finishes it at once, and nobody notices', async (_, dies) => {
    const id = await ended()
    const before = await refreshTokenOnDisk()
    const goOn = await dies(id)
    endLife()
    goOn()
    await startWorker()
    await vi.waitFor(async () => expect(await journal()).toEqual([]))
    expect(await refreshTokenOnDisk()).not.toBe(before)
    expect((await accessToken(id)).expiresAt).toBeGreaterThan(Date.now())
    expect(view().connections).toMatchObject([{ status: 'connected' }])
    expect(view().connections[0]).not.toHaveProperty('fault')
  })

  it('with the answer on its way, at a server without: the loss is named, with one button', async () => {
    const id = await ended()
    await diesBeforeTheAnswer(id)
    await restartBrowser()
    await untilView(({ connections }) => connections[0]?.status === 'needs-attention')
    expect(view().connections[0]?.fault).toEqual({ code: 'reconnect-required', reason: 'renewal-lost' })
    expect(await journal()).toEqual([])
    expect((await onDisk()).credentials).toEqual([])
  })

  it('is not asked about again once it is known what became of it', async () => {
    await ended()
    await diesBeforeTheAnswer(String(view().connections[0]?.id))
    await restartWorker()
    await untilView(({ connections }) => connections[0]?.status === 'needs-attention')
    providers.sandbox.forget()
    await restartWorker()
    await restartBrowser()
    expect(tokenRequests(providers.sandbox)).toEqual([])
  })

  it('keeps trying as long as the server does not answer', async () => {
    const id = await ended()
    const held = holdBack(token)
    void accessToken(id).catch(() => undefined)
    await held.reached
    providers.sandbox.set('salesos', { dead: true })
    endLife()
    held.release()
    await startWorker()
    await untilView(({ connections }) => connections[0]?.notAnswering === true)
    expect(await journal()).toMatchObject([{ id: `refresh ${id}` }])
    providers.sandbox.set('salesos', { dead: false })
    later(minute)
    await restartBrowser()
    await vi.waitFor(async () => expect(await journal()).toEqual([]))
    expect(view().connections).toMatchObject([{ status: 'connected' }])
  })
})

describe('a refresh that was overtaken', () => {
  /** Puts credentials on disk, as another worker would have. */
  async function overtake(id: string, refreshToken: string): Promise<void> {
    const { readCredentials, sealedCredentials } = await import('../../src/background/credentials')
    const { write } = await import('../../src/background/vault')
    const before = await readCredentials(id)
    if (!before) throw new Error('There are no credentials')
    const next = await sealedCredentials({ ...before, refreshToken, generation: before.generation + 1 })
    await write(({ credentials }) => credentials.put(next))
  }

  it('goes on with what the winner has written down, and ends nothing', async () => {
    const id = await ended()
    const old = await refreshTokenOnDisk()
    const through = globalThis.fetch
    answerBy(token, async request => {
      const sent = new URLSearchParams(await request.clone().text())
      if (sent.get('refresh_token') !== old) return through(request)
      // Another one uses it first, and has stored what it got.
      const answer = (await (await through(request.clone())).json()) as { refresh_token: string }
      await overtake(id, answer.refresh_token)
      return json({ error: 'invalid_grant' }, { status: 403 })
    })
    expect((await accessToken(id)).value).toBeTruthy()
    expect(view().connections).toMatchObject([{ status: 'connected' }])
    expect(await journal()).toEqual([])
  })

  it('does not write over a login that came meanwhile', async () => {
    const id = await ended()
    const held = holdBack(token)
    const asked = accessToken(id)
    await held.reached
    await overtake(id, 'of-the-reconnect')
    held.release()
    await asked
    expect(await refreshTokenOnDisk()).toBe('of-the-reconnect')
  })
})
