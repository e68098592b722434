import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/shared/errors'
import { requester } from '../../src/shared/request'

const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('This was not refused')
    },
    (error: unknown) => error,
  )

describe('requester', () => {
  it('carries the name and the input, and gives the value', async () => {
    const sent: unknown[] = []
    const request = requester(async message => {
      sent.push(message)
      return { ok: true, value: { ticket: 't' } }
    })
    expect(await request('openPanel', {})).toEqual({ ticket: 't' })
    expect(sent).toEqual([{ dealpass: 'request', name: 'openPanel', input: {} }])
  })

  it('gives a value that is nothing', async () => {
    expect(await requester(async () => ({ ok: true }))('hello', {})).toBeUndefined()
  })

  it('revives the error with its code, its reason and its sentence', async () => {
    const error = { code: 'setup-wrong', reason: 'setup-missing', message: 'Import it in Options.' }
    const result = await thrown(requester(async () => ({ ok: false, error }))('connections', {}))
    expect(result).toBeInstanceOf(AppError)
    expect(result).toMatchObject(error)
  })

  it('says not-installed when the transport fails, and keeps why for the debugger', async () => {
    const cause = new Error('Extension context invalidated.')
    const result = await thrown(requester(() => Promise.reject(cause))('connections', {}))
    expect(result).toMatchObject({ code: 'not-installed', cause })
  })

  it.each([undefined, null, {}, { ok: false }, 'ok', { value: 5 }])(
    'says unexpected of a reply that is none: %j',
    async reply => {
      const result = await thrown(requester(async () => reply)('connections', {}))
      expect(result).toBeInstanceOf(AppError)
      expect(result).toMatchObject({ code: 'unexpected' })
    },
  )

  it('sends nothing under a signal that is aborted already', async () => {
    let isSent = false
    const request = requester(async () => {
      isSent = true
    })
    const signal = AbortSignal.abort(new Error('enough'))
    expect(await thrown(request('connections', {}, { signal }))).toMatchObject({ message: 'enough' })
    expect(isSent).toBe(false)
  })

  it('ends with the reason of the signal when it is aborted meanwhile', async () => {
    const controller = new AbortController()
    const asked = thrown(
      requester(() => new Promise(() => undefined))('connections', {}, { signal: controller.signal }),
    )
    controller.abort(new Error('enough'))
    expect(await asked).toMatchObject({ message: 'enough' })
  })

  it('lets a reply that came before the abort stand', async () => {
    const controller = new AbortController()
    const request = requester(async () => ({ ok: true, value: [] }))
    expect(await request('connections', {}, { signal: controller.signal })).toEqual([])
    controller.abort()
  })
})
