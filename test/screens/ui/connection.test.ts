import { describe, expect, it } from 'vitest'
import {
  attemptStatus,
  buttonName,
  connectionActions,
  connectionName,
  connectionStatus,
  failedAttempt,
  liveAttempt,
  newlyAsked,
} from '../../../src/screens/ui/connection'
import { exampleConnection as connection, exampleProvider, exampleView as view } from '../example'

const provider = exampleProvider()

describe('connectionName', () => {
  it('is the provider and the account, with an en dash', () => {
    expect(connectionName(provider, connection())).toBe('Sell – ada@acme.example')
    expect(connectionName(provider, connection({ account: null }))).toBe('Sell – unknown account')
    expect(connectionName(provider, connection({ label: 'Sync' }))).toBe('Sell – ada@acme.example · Sync')
  })
})

describe('buttonName', () => {
  it('begins with what the button shows', () => {
    expect(buttonName('addAccount', 'Sell')).toBe('Add account Sell')
    expect(buttonName('disconnect', 'Sell – Ada')).toBe('Disconnect Sell – Ada')
  })
})

describe('connectionStatus', () => {
  it('says who is connected', () => {
    expect(connectionStatus(view(), provider, connection())).toEqual({
      tone: 'good',
      text: 'Connected as ada@acme.example',
    })
  })

  it('says that a provider does not answer and that the login is safe', () => {
    expect(connectionStatus(view(), provider, connection({ notAnswering: true })).text).toBe(
      'Connected as ada@acme.example · not answering; your login is safe',
    )
  })

  it('says when a provider that does not answer is asked again', () => {
    const nextTry = Date.now() + 600_000
    const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(nextTry)
    expect(connectionStatus(view(), provider, connection({ notAnswering: true, nextTry })).text).toBe(
      `Connected as ada@acme.example · not answering, next try ${time}; your login is safe`,
    )
  })

  it('says that it is the relay where that does not answer', () => {
    const behind = connection({ notAnswering: true, isRelayDown: true })
    expect(connectionStatus(view(), provider, behind).text).toBe(
      'Connected as ada@acme.example · your company’s relay is not answering; your login is safe',
    )
  })

  it('does not name a time that is over', () => {
    const late = connection({ notAnswering: true, nextTry: Date.now() - 1 })
    expect(connectionStatus(view(), provider, late).text).toBe(
      'Connected as ada@acme.example · not answering; your login is safe',
    )
  })

  it('says that everything is paused, with another picture', () => {
    expect(connectionStatus(view({ stopped: true }), provider, connection())).toEqual({
      tone: 'paused',
      text: 'Connected as ada@acme.example · paused',
    })
  })

  it('says what needs attention and why', () => {
    const ended = connection({ status: 'needs-attention', fault: { code: 'reconnect-required' } })
    expect(connectionStatus(view(), provider, ended)).toEqual({
      tone: 'attention',
      text: 'Needs attention · Sell has ended this login. Click Reconnect.',
    })
  })

  it('begins with a fixed word while disconnecting and while locked', () => {
    const textOf = (status: 'disconnecting' | 'locked') =>
      connectionStatus(view(), provider, connection({ status })).text
    expect(textOf('disconnecting')).toMatch(/^Disconnecting · /)
    expect(textOf('locked')).toBe('Locked')
  })

  it('shows a reconnection under way instead', () => {
    const attempts = [
      { id: 'a', provider: provider.id, connection: 'ada', status: 'running', startedAt: 1 } as const,
    ]
    const broken = connection({ status: 'needs-attention' })
    expect(connectionStatus(view({ attempts }), provider, broken).text).toMatch(/^Connecting/)
    expect(connectionActions(view({ attempts }), provider, broken, 0)).toEqual(['cancel'])
  })
})

describe('connectionActions', () => {
  it('offers to undo a Disconnect only as long as that is possible', () => {
    const going = connection({ status: 'disconnecting', undoUntil: 100 })
    expect(connectionActions(view(), provider, going, 99)).toEqual(['undo'])
    expect(connectionActions(view(), provider, going, 100)).toEqual([])
  })

  it('offers to reconnect first where that is needed', () => {
    expect(connectionActions(view(), provider, connection({ status: 'needs-attention' }), 0)).toEqual([
      'reconnect',
      'disconnect',
    ])
    expect(connectionActions(view(), provider, connection(), 0)).toEqual(['disconnect'])
    expect(connectionActions(view(), provider, connection({ status: 'locked' }), 0)).toEqual([])
  })
})

describe('liveAttempt', () => {
  it('tells an attempt to reconnect from one to add an account', () => {
    const attempts = [
      { id: 'a', provider: provider.id, connection: 'ada', status: 'waiting', startedAt: 1 } as const,
    ]
    expect(liveAttempt(view({ attempts }), provider, connection())?.id).toBe('a')
    expect(liveAttempt(view({ attempts }), provider)).toBeUndefined()
  })
})

describe('failedAttempt', () => {
  it('is the latest of several, with a fault in any case', () => {
    const attempts = [1, 3, 2].map(startedAt => ({
      id: `${startedAt}`,
      provider: provider.id,
      status: 'failed' as const,
      startedAt,
    }))
    expect(failedAttempt(view({ attempts }), provider)).toMatchObject({
      id: '3',
      fault: { code: 'unexpected' },
    })
    expect(failedAttempt(view({ attempts }), provider, connection())).toBeUndefined()
  })

  it('is nothing while another attempt is under way', () => {
    const attempt = { provider: provider.id, startedAt: 1 }
    const attempts = [
      { ...attempt, id: 'old', status: 'failed' as const },
      { ...attempt, id: 'new', status: 'running' as const },
    ]
    expect(failedAttempt(view({ attempts }), provider)).toBeUndefined()
  })
})

describe('attemptStatus', () => {
  const attempt = { id: 'a', provider: provider.id, status: 'running', startedAt: 1 } as const
  const byWindow = 'Connecting · sign in in the window that opened'
  const byEntry = 'Connecting · asking Sell'

  it('speaks of a window where one opens', () => {
    expect(attemptStatus(provider, attempt).text).toBe(byWindow)
    expect(attemptStatus(provider, { ...attempt, flow: 'exchange' }).text).toBe(byWindow)
    expect(attemptStatus(provider, { ...attempt, flow: 'personal_token' }).text).toBe(byEntry)
    expect(attemptStatus(provider, attempt, connection({ flow: 'client_credentials' })).text).toBe(byEntry)
    const keyed = exampleProvider(provider.id, { ways: [{ flow: 'client_credentials', needsEntry: false }] })
    expect(attemptStatus(keyed, attempt).text).toBe(byEntry)
  })
})

describe('newlyAsked', () => {
  const wider = exampleProvider(provider.id, { asks: ['read', 'profile', 'write'] })

  it('is what the setup asks for by now, and makes a connection offer to reconnect first', () => {
    expect(newlyAsked(provider, connection())).toEqual([])
    expect(newlyAsked(wider, connection())).toEqual([wider.scopes.write])
    expect(connectionActions(view(), wider, connection(), 0)).toEqual(['reconnect', 'disconnect'])
  })

  it.each([
    ['was asked already', { scopes: { asked: ['read', 'profile', 'write'], granted: ['read'] } }],
    ['was given all the same', { scopes: { asked: ['read'], granted: ['read', 'profile', 'write'] } }],
    ['was connected another way', { flow: 'authorization_code' }],
    ['needs attention anyway', { status: 'needs-attention' }],
  ] as const)('is nothing where the connection %s', (_, changes) => {
    expect(newlyAsked(wider, connection(changes as never))).toEqual([])
  })

  it('is nothing for what is no sign-in', () => {
    const keyed = { ...wider, ways: [{ flow: 'client_credentials', needsEntry: false } as const] }
    expect(newlyAsked(keyed, connection({ flow: 'client_credentials' }))).toEqual([])
  })
})
