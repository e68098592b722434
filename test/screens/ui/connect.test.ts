import { describe, expect, it } from 'vitest'
import { connect, connectBy, reconnect } from '../../../src/screens/ui/connect'
import type { Way } from '../../../src/shared/view'
import { exampleConnection as connection, exampleProvider as provider } from '../example'
import { browserAsked, sent } from './drawn'

const entryAddress = 'src/screens/entry/index.html'
const asking: Way = { flow: 'personal_token', needsEntry: true }

describe('connect', () => {
  it('tells the background before it asks for the hosts', () => {
    connect(provider())
    expect(sent).toEqual([{ name: 'connect', input: { provider: 'sell' } }])
    expect(browserAsked.origins).toEqual([['https://sell.example/*']])
  })
})

describe('connectBy', () => {
  it('leaves the usual way to the background', () => {
    connectBy(provider())
    expect(sent).toEqual([{ name: 'connect', input: { provider: 'sell' } }])
  })

  it('asks all the same where there is no way, so that the background says why', () => {
    connectBy(provider('sell', { ways: [] }))
    expect(sent).toHaveLength(1)
  })

  it('names a way that was chosen, and its key', () => {
    connectBy(provider(), { flow: 'authorization_code', needsEntry: false }, true)
    const key = { label: 'South', clientId: 'south' }
    connectBy(provider(), { flow: 'client_credentials', key, needsEntry: false }, true)
    expect(sent.map(({ input }) => input)).toEqual([
      { provider: 'sell', flow: 'authorization_code' },
      { provider: 'sell', flow: 'client_credentials', key: 'south' },
    ])
  })

  it('opens the entry screen where something has to be entered, and asks for nothing yet', () => {
    connectBy(provider('sell', { ways: [asking] }))
    expect(browserAsked.windows).toEqual([
      expect.stringMatching(`/${entryAddress}\\?provider=sell&flow=personal_token$`),
    ])
    expect([sent, browserAsked.origins]).toEqual([[], []])
  })
})

describe('reconnect', () => {
  it('names the connection', () => {
    reconnect(provider(), connection())
    expect(sent).toEqual([{ name: 'connect', input: { provider: 'sell', connection: 'ada' } }])
  })

  it.each(['password', 'personal_token'] as const)(
    'opens the entry screen of that connection for %s',
    flow => {
      reconnect(provider(), connection({ flow }))
      expect(browserAsked.windows[0]).toMatch(`flow=${flow}&connection=ada`)
      expect(sent).toEqual([])
    },
  )
})
