import { describe, expect, it, vi } from 'vitest'
import { openDocument } from '../fakes/documents'
import { connected, give, site, startWithSetup, withProviders } from '../fakes/providers'
import { ask, restartWorker, senders, settled, untilView, view } from '../fakes/worker'
import { world } from '../fakes/world'

const providers = withProviders()

const hour = 60 * 60_000
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
const revocations = () => providers.sandbox.saw({ path: /\/revoke$/ })
const receipts = async (kind: string) =>
  (await ask(senders.options(), 'receipts', {})).filter(receipt => receipt.kind === kind)
const endAll = (of = site) => ask(senders.options(), 'endPermits', { site: of })

/** SalesOS is connected, and nothing is permitted. */
async function salesos(): Promise<string> {
  await startWithSetup()
  return connected('salesos')
}

/** What a site may do with a connection. */
const reading = (connection: string, scopes = ['leads:read']) => ({
  connection,
  use: 'fetch' as const,
  access: 'read' as const,
  scopes,
})
const token = (connection: string, scopes = ['leads:read']) => ({
  ...reading(connection, scopes),
  use: 'token' as const,
})

/** Another site that the user has let in. */
async function letIn(origin = 'https://crm.example'): Promise<{ site: string; page: string }> {
  world.grant(`${origin}/*`)
  await ask(senders.popup(), 'useSite', { origin })
  return { site: origin, page: 'document-of-9' }
}

describe('a token that a site was given, when its permit ends', () => {
  const all = ['read', 'profile']
  const valueFor = async (of = site, tabId = 1) =>
    (await ask(senders.site(of, tabId), 'token', { provider: 'sell' })).accessToken

  /** Sell is connected, which revokes access tokens. */
  async function sell(): Promise<string> {
    await startWithSetup()
    providers.sandbox.set('sell', { revokeNeedsBasic: false })
    return connected('sell')
  }

  it('is revoked where the provider can, and whoever else has it gets another', async () => {
    const id = await sell()
    const other = await letIn()
    await give([token(id, all)])
    await give([token(id, all)], 'run', other)
    const value = await valueFor()
    expect(await valueFor(other.site, 9)).toBe(value)
    const [mine, theirs] = [openDocument(), openDocument(senders.site(other.site, 9))]
    providers.sandbox.forget()
    await endAll()
    expect(revocations().map(({ body }) => Object(body).token)).toEqual([value])
    expect(mine.heard).toEqual([{ news: 'ended' }])
    expect(theirs.heard).toEqual([{ drop: true }])
    expect(await receipts('ended')).toMatchObject([{ site, connection: id, revoked: true }])
    expect(await valueFor(other.site, 9)).not.toBe(value)
    expect(revocations()).toHaveLength(1)
  })

  it('is revoked with the first of several permits that end at once', async () => {
    const id = await sell()
    await give([token(id, all)], 'always')
    await give([token(id, all)], 'run')
    await valueFor()
    await ask(senders.options(), 'endPermits', {})
    expect(revocations()).toHaveLength(1)
    expect((await receipts('ended')).map(({ revoked }) => revoked).sort()).toEqual([true, undefined])
  })

  it('lives as long as another permit of the site gives tokens of that connection', async () => {
    const id = await sell()
    await give([token(id, all)], 'always')
    await give([token(id, all)], 'run')
    const value = await valueFor()
    const [first, second] = view().permits
    await ask(senders.options(), 'endPermit', { permit: first?.id ?? '' })
    expect(revocations()).toEqual([])
    expect(await valueFor()).toBe(value)
    await ask(senders.options(), 'endPermit', { permit: second?.id ?? '' })
    expect(revocations()).toHaveLength(1)
  })

  it('is revoked though a permit for calls alone remains', async () => {
    const id = await sell()
    await give([token(id, all)], 'run')
    await give([reading(id, ['read'])], 'always')
    await valueFor()
    const [given] = view().permits.filter(({ use }) => use === 'token')
    await ask(senders.options(), 'endPermit', { permit: given?.id ?? '' })
    expect(revocations()).toHaveLength(1)
  })

  it('is revoked also when the worker that gave it has died', async () => {
    const id = await sell()
    await give([token(id, all)])
    const value = await valueFor()
    await restartWorker()
    await endAll()
    expect(revocations().map(({ body }) => Object(body).token)).toEqual([value])
  })

  it('is revoked when its time is over, or its page gone', async () => {
    const id = await sell()
    await give([token(id, all)], 'once')
    const page = openDocument()
    await page.ask('token', { provider: 'sell' })
    page.leave()
    await vi.waitFor(() => expect(revocations()).toHaveLength(1))
    await give([token(id, all)], 'hours')
    await valueFor()
    later(8 * hour)
    // The token itself has ended by then.
    world.ring('permits')
    await untilView(({ permits }) => permits.length === 0)
    await settled()
    expect(revocations()).toHaveLength(1)
  })

  it('is none where the site only had calls made, or where there was no use', async () => {
    const id = await sell()
    await give([token(id, all)])
    await ask(senders.site(), 'fetch', { provider: 'sell', path: '/v2/leads' })
    await endAll()
    expect(revocations()).toEqual([])
    expect(Object.keys((await receipts('ended'))[0] ?? {})).not.toContain('revoked')
  })

  it('is not revoked where the provider revokes none, and said not to be', async () => {
    const id = await salesos()
    await give([token(id)])
    const { accessToken } = await ask(senders.site(), 'token', { provider: 'salesos' })
    await endAll()
    expect(revocations()).toEqual([])
    expect(await receipts('ended')).toMatchObject([{ revoked: false }])
    await give([token(id)])
    expect((await ask(senders.site(), 'token', { provider: 'salesos' })).accessToken).not.toBe(accessToken)
  })

  it.each<[string, () => void]>([
    ['refuses', () => providers.sandbox.set('sell', { revokeNeedsBasic: true })],
    ['does not answer', () => providers.sandbox.set('sell', { fault: { path: /revoke$/, drop: true } })],
    ['may not be reached', () => world.granted.delete('https://api.getbase.com/*')],
  ])('is said not to be revoked where the provider %s', async (_, arrange) => {
    const id = await sell()
    await give([token(id, all)])
    await valueFor()
    arrange()
    await endAll()
    expect(view().permits).toEqual([])
    expect(await receipts('ended')).toMatchObject([{ revoked: false }])
  })

  it('is sent nowhere without the permission to hear the answer', async () => {
    const id = await sell()
    await give([token(id, all)])
    await valueFor()
    world.granted.delete('https://api.getbase.com/*')
    await endAll()
    expect(revocations()).toEqual([])
  })

  it('is given to nobody any more, though it could not be revoked', async () => {
    const id = await sell()
    await give([token(id, all)])
    const value = await valueFor()
    providers.sandbox.set('sell', { revokeNeedsBasic: true })
    await endAll()
    await give([token(id, all)])
    expect(await valueFor()).not.toBe(value)
  })

  it('is revoked with a Disconnect, too', async () => {
    const id = await sell()
    await give([token(id, all)])
    const value = await valueFor()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    providers.sandbox.forget()
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 0)
    expect(revocations().map(({ body }) => Object(body).token)).toContain(value)
  })
})
