import { describe, expect, it } from 'vitest'
import { rowsOf } from '../../../src/screens/popup/rows'
import { sentenceOf } from '../../../src/shared/texts/errors'
import type { Attempt, ConnectionView, Departure, View } from '../../../src/shared/view'
import { exampleConnection as connection, exampleProvider, exampleView, one } from '../example'

const now = 10_000

function rows(changes: Partial<View>) {
  return rowsOf(exampleView(changes), now)
}

function rowOfOne(changes: Partial<View>) {
  const row = rows(changes).find(({ provider }) => provider.id === one)
  if (!row) throw new Error('There is no row.')
  return row
}

const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  id: 'attempt',
  provider: one,
  status: 'running',
  startedAt: 5_000,
  ...changes,
})

const departure = (changes: Partial<Departure> = {}): Departure => ({
  provider: one,
  account: 'ada@acme.example',
  result: 'revoked-checked',
  at: 6_000,
  ...changes,
})

describe('rowsOf', () => {
  it('has one row for each provider without a connection, named for it, that offers to connect', () => {
    expect(rows({}).map(({ name, status, actions }) => [name, status.text, actions])).toEqual([
      ['Sell', 'Not connected', ['connect']],
      ['SalesOS', 'Not connected', ['connect']],
    ])
  })

  it('has one row for each connection, named for provider and account, and one offer to add another', () => {
    const bob = connection({ id: 'bob', account: { id: '2', name: 'Bob' } })
    const found = rows({ connections: [connection(), bob, connection({ id: 'nobody', account: null })] })
    expect(
      found.slice(0, 3).map(({ name, status, actions, footer }) => [name, status.text, actions, footer]),
    ).toEqual([
      ['Sell – ada@acme.example', 'Connected as ada@acme.example', ['disconnect'], []],
      ['Sell – Bob', 'Connected as Bob', ['disconnect'], []],
      ['Sell – unknown account', 'Connected as unknown account', ['disconnect'], ['addAccount']],
    ])
  })

  it('keeps a key while a connection takes the place of the row that offered it', () => {
    expect(rowOfOne({ connections: [connection()] }).key).toBe(rowOfOne({}).key)
  })

  it('shows an attempt under way and offers to cancel it', () => {
    const waiting = rowOfOne({ attempts: [attempt({ status: 'waiting' })] })
    expect(waiting.status.text).toMatch(/^Waiting for your permission · /)
    expect(waiting.actions).toEqual(['cancel'])
    expect(rowOfOne({ attempts: [attempt()] }).status.text).toMatch(/^Connecting · /)
  })

  it('shows how the latest attempt failed, and offers to connect again', () => {
    const row = rowOfOne({ attempts: [attempt({ status: 'failed', fault: { code: 'cancelled' } })] })
    expect(row.status).toEqual({
      tone: 'attention',
      text: 'Not connected · The sign-in window was closed. Click Connect to try again.',
    })
    expect(row.actions).toEqual(['connect'])
  })

  it('forgets an old failure while a new attempt is under way', () => {
    const failed = attempt({ id: 'old', status: 'failed', fault: { code: 'denied' }, startedAt: 1 })
    expect(rowOfOne({ attempts: [failed, attempt()] }).status.text).toMatch(/^Connecting/)
  })

  it('shows a failed attempt to add an account beneath the connections, and one to reconnect beneath its own', () => {
    const connections = [connection(), connection({ id: 'bob' })]
    const [ada, bob] = rows({
      connections,
      attempts: [
        attempt({ id: 'a', status: 'failed', fault: { code: 'denied' } }),
        attempt({ id: 'b', connection: 'ada', status: 'failed', fault: { code: 'timed-out' } }),
      ],
    })
    expect(ada?.notices.map(({ text }) => text)).toEqual([
      'This took too long and was given up. Click Connect to try again.',
    ])
    expect(bob?.notices.map(({ text }) => text)).toEqual([
      'You said no to Sell. Click Connect if you change your mind.',
    ])
  })

  it('does not show a failure that came before a connection was made', () => {
    const row = rowOfOne({
      connections: [connection({ connectedAt: 5_001 })],
      attempts: [attempt({ status: 'failed', fault: { code: 'denied' } })],
    })
    expect(row.notices).toEqual([])
  })

  it('offers to cancel an added account where it was added', () => {
    const row = rowOfOne({ connections: [connection()], attempts: [attempt()] })
    expect(row.footer).toEqual(['cancel'])
    expect(row.status.text).toBe('Connected as ada@acme.example')
    expect(row.notices[0]?.text).toMatch(/^Connecting/)
  })

  it('says how a Disconnect ended', () => {
    expect(rowOfOne({ departures: [departure()] }).status.text).toBe(
      'Not connected · Sell ended the login, and we checked.',
    )
    expect(
      rowOfOne({ departures: [departure({ result: 'revoked', tokensUntil: now + 60_000 })] }).status.text,
    ).toMatch(
      /^Not connected · We told Sell to end the login\. A token handed out keeps working until .*:.*\.$/,
    )
    expect(rowOfOne({ departures: [departure({ result: 'revoked', tokensUntil: now })] }).status.text).toBe(
      'Not connected · We told Sell to end the login.',
    )
    const forgotten = rowOfOne({ departures: [departure({ result: 'forgotten' })] })
    expect(forgotten.status.text).toMatch(/^Not connected · Only forgotten here/)
    expect(forgotten.link).toEqual({ text: 'End it at Sell', href: forgotten.provider.dashboard })
  })

  it('says what lives on after a Disconnect, and where to end it', () => {
    const left = rowOfOne({ departures: [departure({ result: 'left' })] })
    expect(left.status).toEqual({
      tone: 'off',
      text: 'Not connected · Forgotten here; the token goes on working elsewhere.',
    })
    expect(left.link).toBeUndefined()
    const key = rowOfOne({ departures: [departure({ result: 'lives-on' })] })
    expect(key.status).toEqual({
      tone: 'attention',
      text: 'Not connected · Forgotten here, but the key lives on at Sell. End it there.',
    })
    expect(key.link).toEqual({ text: 'End it at Sell', href: key.provider.dashboard })
  })

  it('says that a login goes through the company’s relay, and not of a token that was entered', () => {
    const providers = [exampleProvider(one, { relay: { host: 'relay.acme.example' } })]
    const notesOf = (flow: ConnectionView['flow']) =>
      rowOfOne({ providers, connections: [connection({ flow })] }).notes
    expect(notesOf('authorization_code')).toContain('Through your company’s relay.')
    expect(notesOf('personal_token')).not.toContain('Through your company’s relay.')
    expect(rowOfOne({ connections: [connection()] }).notes).not.toContain('Through your company’s relay.')
  })

  it('offers the thumbprint where the relay does not know this browser, and says so once', () => {
    const fault = { code: 'setup-wrong' as const, reason: 'relay-not-admitted' as const }
    const text = sentenceOf(fault)
    const attempts = [attempt({ status: 'failed', fault })]
    const setupFaults = { [one]: fault }
    const unconnected = rowOfOne({ attempts, setupFaults })
    expect(unconnected).toMatchObject({ needsAdmission: true, notices: [] })
    expect(unconnected.status.text).toContain(text)
    const connections = [connection({ connectedAt: 1 })]
    const connected = rowOfOne({ connections, attempts, setupFaults })
    expect(connected.needsAdmission).toBe(true)
    expect(connected.notices.map(notice => notice.text)).toEqual([text])
    expect(rowOfOne({ connections, setupFaults }).needsAdmission).toBe(true)
    const again = attempt({ status: 'failed', fault, connection: connections[0]?.id })
    expect(rowOfOne({ connections, attempts: [again] }).needsAdmission).toBe(true)
    expect(rowOfOne({ connections }).needsAdmission).toBe(false)
    expect(
      rowOfOne({ attempts: [attempt({ status: 'failed', fault: { code: 'denied' } })] }).needsAdmission,
    ).toBe(false)
  })

  it('names who has to be connected first, where the relay knows people by that', () => {
    const relay = { host: 'relay.acme.example', identity: 'Acme' }
    const providers = [exampleProvider(one, { relay })]
    const fault = { code: 'setup-wrong' as const, reason: 'relay-sign-in' as const }
    const { status } = rowOfOne({ providers, attempts: [attempt({ status: 'failed', fault })] })
    expect(status.text).toContain('Connect Acme, then try again.')
  })

  it('says that a key stays with the relay, with nothing left to do', () => {
    const { status, link } = rowOfOne({ departures: [departure({ result: 'at-relay' })] })
    expect(status.text).toContain('The key stays with your company’s relay.')
    expect(link).toBeUndefined()
  })

  it('offers no further account where there is no way to connect one', () => {
    const providers = [exampleProvider(one, { ways: [] })]
    expect(rowOfOne({ providers, connections: [connection()] }).footer).toEqual([])
  })

  it('says what the setup asks for by now, until that is being agreed to', () => {
    const providers = [exampleProvider(one, { asks: ['read', 'profile', 'write'] })]
    const row = rowOfOne({ providers, connections: [connection()] })
    expect(row.notices).toEqual([
      {
        tone: 'note',
        text: `Your company’s setup asks for more now: ${row.provider.scopes.write}. Reconnect to agree.`,
      },
    ])
    const attempts = [attempt({ connection: 'ada' })]
    expect(rowOfOne({ providers, connections: [connection()], attempts }).notices).toEqual([])
  })

  it('names the account of a Disconnect beneath the other connections, until that account is back', () => {
    const bob = connection({ id: 'bob', account: { id: '2', email: 'bob@acme.example' } })
    const departures = [departure()]
    expect(rowOfOne({ connections: [bob], departures }).notices[0]?.text).toBe(
      'ada@acme.example · Sell ended the login, and we checked.',
    )
    expect(rowOfOne({ connections: [connection({ connectedAt: 6_001 })], departures }).notices).toEqual([])
  })

  it('puts the latest of several events into the status and the others beneath', () => {
    const row = rowOfOne({
      departures: [departure({ result: 'forgotten' })],
      attempts: [attempt({ status: 'failed', fault: { code: 'denied' }, startedAt: 7_000 })],
    })
    expect(row.status.text).toMatch(/^Not connected · You said no/)
    expect(row.notices[0]?.text).toMatch(/^ada@acme\.example · Only forgotten here/)
    expect(row.notices[0]?.link?.text).toBe('End it at Sell')
  })

  it('says what is wrong with a provider’s setup, once', () => {
    const fault = { code: 'setup-wrong', reason: 'client-refused' } as const
    const setupFaults = { [one]: fault }
    expect(rowOfOne({ setupFaults }).notices).toHaveLength(1)
    expect(rowOfOne({ connections: [connection()], setupFaults }).notices).toHaveLength(1)
    expect(rowOfOne({ setupFaults, attempts: [attempt({ status: 'failed', fault })] }).notices).toEqual([])
    expect(rows({ setupFaults })[1]?.notices).toEqual([])
  })

  it('says that a provider is not in the setup', () => {
    const providers = [exampleProvider(one, { ways: [] })]
    const row = rowOfOne({ providers })
    expect(row.status.text).toBe('Not connected · not in your company’s setup')
    expect(row.actions).toEqual(['connect'])
    expect(rowOfOne({ providers, setup: null }).status.text).toBe('Not connected')
  })

  it('names the account beside a status that does not', () => {
    expect(rowOfOne({ connections: [connection()] }).account).toBeUndefined()
    expect(rowOfOne({ connections: [connection({ status: 'disconnecting' })] }).account).toBe(
      'ada@acme.example',
    )
  })

  it('says what was asked and not given, and when a provider ends', () => {
    const row = rowOfOne({
      connections: [connection({ scopes: { asked: ['read', 'profile'], granted: ['read'] } })],
    })
    expect(row.notes).toEqual(['Not given: See your account and its users.', 'Sell ends on 31 August 2027.'])
    expect(row.actions).toEqual(['reconnect', 'disconnect'])
    expect(rows({})[1]?.notes).toEqual([])
  })
})
