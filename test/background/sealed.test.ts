import { describe, expect, it } from 'vitest'
import { seal, unseal } from '../../src/background/sealed'

const newKey = () =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
const secret = { refreshToken: 'the-secret-that-nobody-shall-find' }

describe('seal', () => {
  it('opens again, under the same record and key', async () => {
    const key = await newKey()
    expect(await unseal(key, ['credentials', 'a'], await seal(key, ['credentials', 'a'], secret))).toEqual(
      secret,
    )
  })

  it('holds nothing of what it sealed, and never seals twice alike', async () => {
    const key = await newKey()
    const [one, two] = [await seal(key, ['a'], secret), await seal(key, ['a'], secret)]
    const text = new TextDecoder('latin1').decode(one.data)
    for (const part of ['refreshToken', 'secret', 'nobody']) expect(text).not.toContain(part)
    expect(new Uint8Array(one.data)).not.toEqual(new Uint8Array(two.data))
    expect(one.iv).not.toEqual(two.iv)
  })

  it.each([
    ['the place of another record', ['credentials', 'b']],
    ['names that run together the same', ['credentialsa']],
    ['an older generation', ['credentials', 'a', '1']],
  ])('does not open in %s', async (_, record) => {
    const key = await newKey()
    const sealed = await seal(key, ['credentials', 'a'], secret)
    await expect(unseal(key, record, sealed)).rejects.toThrow()
  })

  it('does not open with another key, of another version, or with a bit changed anywhere', async () => {
    const key = await newKey()
    const sealed = await seal(key, ['a'], secret)
    await expect(unseal(await newKey(), ['a'], sealed)).rejects.toThrow()
    await expect(unseal(key, ['a'], { ...sealed, version: 2 as 1 })).rejects.toThrow()
    const bytes = new Uint8Array(sealed.data)
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      await expect(unseal(key, ['a'], { ...sealed, data: changed.buffer })).rejects.toThrow()
    }
  })
})
