import { describe, expect, it, vi } from 'vitest'
import { guardedFetch, readUpTo } from '../../src/oauth/guarded-fetch'
import { opaqueRedirect } from '../fakes/network'
import { isDown, json, serve } from '../fakes/server'
import { wordsOf } from '../fakes/words'

const address = 'https://id.example/token'
const kibi = 1024

/** A body of `count` pieces of 64 KiB, and how many of them were taken. */
function pieces(count: number): {
  body: ReadableStream<Uint8Array>
  taken: () => number
  isCancelled: () => boolean
} {
  let taken = 0
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: controller => {
      if (taken === count) return controller.close()
      taken += 1
      controller.enqueue(new Uint8Array(64 * kibi).fill(taken))
    },
    cancel: () => {
      isCancelled = true
    },
  })
  return { body, taken: () => taken, isCancelled: () => isCancelled }
}

describe('guardedFetch', () => {
  it('sends neither cookies nor a referrer, stores nothing and follows nothing, whatever it is asked', async () => {
    const received = serve(() => json({}))
    await guardedFetch(address, {
      method: 'POST',
      body: 'a=1',
      credentials: 'include',
      redirect: 'follow',
      cache: 'force-cache',
      referrerPolicy: 'unsafe-url',
    })
    expect(received[0]?.request).toMatchObject({
      method: 'POST',
      credentials: 'omit',
      redirect: 'manual',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
    expect(received[0]?.body).toBe('a=1')
  })

  it('gives status, headers and body on', async () => {
    serve(() => json({ a: 1 }, { status: 400, headers: { date: 'Thu, 01 Jan 2026 00:00:00 GMT' } }))
    const response = await guardedFetch(address)
    expect(response.status).toBe(400)
    expect(response.headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
    expect(await response.json()).toEqual({ a: 1 })
  })

  it('takes a challenge off, for it is the body’s word that counts', async () => {
    serve(() => json({ error: 'invalid_client' }, { status: 401, headers: { 'www-authenticate': 'Basic' } }))
    expect((await guardedFetch(address)).headers.has('www-authenticate')).toBe(false)
  })

  it('takes off what the browser has undone', async () => {
    serve(() => json({}, { headers: { 'content-encoding': 'gzip', 'content-length': '999' } }))
    const { headers } = await guardedFetch(address)
    expect([headers.has('content-encoding'), headers.has('content-length')]).toEqual([false, false])
  })

  it('makes a wrong answer of a redirect', async () => {
    serve(opaqueRedirect)
    expect((await guardedFetch(address)).status).toBe(502)
  })

  it.each([204, 205, 304])('gives a status of %i on, which has no body', async status => {
    serve(() => new Response(null, { status }))
    expect((await guardedFetch(address)).status).toBe(status)
  })

  it('says provider-unreachable of a network that is down', async () => {
    serve(isDown)
    expect(await wordsOf(guardedFetch(address))).toBe('provider-unreachable')
  })

  it('says provider-unreachable of an answer that breaks off', async () => {
    const body = new ReadableStream({ pull: controller => controller.error(new TypeError('network error')) })
    serve(() => new Response(body))
    expect(await wordsOf(guardedFetch(address))).toBe('provider-unreachable')
  })

  it('gives up after 15 s, also in the middle of the body', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    for (const isBodyLate of [false, true]) {
      serve(({ request }) => {
        const late = new Promise<never>((_, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason))
        })
        return isBodyLate ? new Response(new ReadableStream({ pull: () => late })) : late
      })
      let said = ''
      const asked = wordsOf(guardedFetch(address)).then(words => {
        said = words
      })
      await vi.advanceTimersByTimeAsync(14_999)
      expect(said).toBe('')
      await vi.advanceTimersByTimeAsync(1)
      await asked
      expect(said).toBe('provider-unreachable')
    }
  })

  it('passes the abort of its caller on as it is', async () => {
    const controller = new AbortController()
    serve(({ request }) => {
      controller.abort(new Error('enough'))
      throw request.signal.reason
    })
    await expect(guardedFetch(address, { signal: controller.signal })).rejects.toThrow('enough')
  })

  it('reads 256 KiB, and stops reading beyond', async () => {
    const enough = pieces(4)
    serve(() => new Response(enough.body))
    expect((await (await guardedFetch(address)).arrayBuffer()).byteLength).toBe(256 * kibi)
    const endless = pieces(10_000)
    serve(() => new Response(endless.body))
    expect(await wordsOf(guardedFetch(address))).toBe('provider-rejected: too-large')
    expect(endless.isCancelled()).toBe(true)
    expect(endless.taken()).toBeLessThan(10)
  })
})

describe('readUpTo', () => {
  it('puts the pieces of a body together, in order', async () => {
    const whole = new Uint8Array(await readUpTo(new Response(pieces(3).body), 192 * kibi))
    expect([whole[0], whole[64 * kibi], whole[192 * kibi - 1]]).toEqual([1, 2, 3])
  })

  it('reads no body as nothing', async () => {
    expect((await readUpTo(new Response(null), 0)).byteLength).toBe(0)
  })

  it('refuses one byte too many', async () => {
    expect((await readUpTo(new Response('abc'), 3)).byteLength).toBe(3)
    expect(await wordsOf(readUpTo(new Response('abcd'), 3))).toBe('provider-rejected: too-large')
  })
})
