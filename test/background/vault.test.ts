import { describe, expect, it } from 'vitest'
import { connected, startWithSetup, withProviders } from '../fakes/providers'
import { onDisk, startWorker, stringsIn } from '../fakes/worker'

withProviders()

const vault = () => import('../../src/background/vault')

describe('write', () => {
  it('changes nothing when its job throws, whatever was put before', async () => {
    await startWorker()
    const { write } = await vault()
    const before = await onDisk()
    const job = write(async ({ credentials, departures }) => {
      await credentials.put({ connection: 'one', refreshToken: 'a' })
      await departures.put({ provider: 'sell', account: null, result: 'revoked', at: 1 })
      throw new Error('on second thoughts')
    })
    await expect(job).rejects.toThrow('on second thoughts')
    expect(await onDisk()).toEqual(before)
  })

  it('gives back what its job gives, once all of it is on disk', async () => {
    await startWorker()
    const { write, readCredentials } = await vault()
    expect(
      await write(async ({ credentials }) => {
        await credentials.put({ connection: 'one', refreshToken: 'a' })
        return 'done'
      }),
    ).toBe('done')
    expect(await readCredentials('one')).toEqual({ connection: 'one', refreshToken: 'a' })
    expect((await onDisk()).credentials).toEqual([{ connection: 'one', refreshToken: 'a' }])
  })
})

describe('readSnapshot', () => {
  it('has everything but credentials', async () => {
    await startWithSetup()
    await connected('salesos')
    const { readSnapshot } = await vault()
    const secret = String(Object((await onDisk()).credentials?.[0]).refreshToken)
    expect(secret.length).toBeGreaterThan(16)
    const snapshot = await readSnapshot()
    expect(snapshot.connections).toHaveLength(1)
    expect(stringsIn(snapshot).filter(text => text.includes(secret))).toEqual([])
  })
})
