import { describe, expect, it } from 'vitest'
import { connectionsOfSite, missingAsks, permitFor } from '../../src/background/permits'
import { AppError } from '../../src/shared/errors'
import type { View } from '../../src/shared/view'
import { allowOnSite, connected, startWithSetup, withProviders } from '../fakes/providers'
import { ask, onDisk, refused, senders, view as viewNow } from '../fakes/worker'
import { world } from '../fakes/world'
import { connection, permit, site, view } from '../shared/permit-fixtures'

withProviders()

const read = { provider: 'sell', use: 'fetch', access: 'read' } as const

function words(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error.message
  }
  return 'not refused'
}

describe('permitFor', () => {
  const sell = connection('s', 'sell')

  it('finds the permit and its connection', () => {
    const permits = [permit('s')]
    expect(permitFor(view([sell], permits), site, read)).toEqual({ permit: permits[0], connection: sell })
  })

  it.each<[title: string, state: View, need: Parameters<typeof permitFor>[2], words: string]>([
    ['there is none', view([sell], []), read, 'not-permitted: no-permit'],
    [
      'it is another site’s',
      view([sell], [permit('s', { site: `${site}:8443` })]),
      read,
      'not-permitted: no-permit',
    ],
    [
      'it is of another run',
      view([sell], [permit('s', { run: 'before' })]),
      read,
      'not-permitted: no-permit',
    ],
    ['its connection is gone', view([], [permit('s')]), read, 'not-permitted: no-permit'],
    [
      'it is for another provider',
      view([sell], [permit('s')]),
      { ...read, provider: 'salesos' },
      'not-permitted: no-permit',
    ],
    [
      'it is for another connection',
      view([sell, connection('t', 'sell')], [permit('s')]),
      { ...read, connection: 't' },
      'not-permitted: no-permit',
    ],
    ['it gives no token', view([sell], [permit('s')]), { ...read, use: 'token' }, 'not-permitted: no-permit'],
    [
      'it may read only',
      view([sell], [permit('s')]),
      { ...read, access: 'change' },
      'not-permitted: read-only',
    ],
    [
      'it lacks a scope',
      view([sell], [permit('s')]),
      { ...read, scopes: ['read', 'write'] },
      'scope-missing',
    ],
  ])('refuses when %s', (_, state, need, expected) => {
    expect(words(() => permitFor(state, site, need))).toBe(expected)
  })

  it('lets a permit for tokens call, and one for changes read', () => {
    const state = view([sell], [permit('s', { use: 'token', access: 'change' })])
    expect(permitFor(state, site, read).connection).toBe(sell)
    expect(permitFor(state, site, { ...read, access: 'change' }).connection).toBe(sell)
  })

  it('says the same of a connection without a permit as of none, so that nobody learns what is connected', () => {
    const asked = { ...read, connection: 's' }
    expect(words(() => permitFor(view([sell], []), site, asked))).toBe(
      words(() => permitFor(view([], []), site, asked)),
    )
  })

  it('takes the connection that is named, else the first that will do', () => {
    const other = connection('t', 'sell')
    const state = view([sell, other], [permit('s'), permit('t', { access: 'change' })])
    expect(permitFor(state, site, read).connection).toBe(sell)
    expect(permitFor(state, site, { ...read, connection: 't' }).connection).toBe(other)
    expect(permitFor(state, site, { ...read, access: 'change' }).connection).toBe(other)
  })
})

describe('connectionsOfSite', () => {
  it('tells what the site has a permit for, and no more', () => {
    const connections = [
      connection('s', 'sell'),
      connection('t', 'salesos'),
      connection('u', 'salesos', { account: null }),
    ]
    const permits = [permit('s'), permit('u', { use: 'token', scopes: ['leads:read'] })]
    expect(connectionsOfSite(view(connections, permits), site)).toEqual([
      {
        connection: 's',
        provider: 'sell',
        account: 'mia@acme.example',
        status: 'connected',
        scopes: ['read'],
        use: 'fetch',
        access: 'read',
      },
      {
        connection: 'u',
        provider: 'salesos',
        account: null,
        status: 'connected',
        scopes: ['leads:read'],
        use: 'token',
        access: 'read',
      },
    ])
  })

  it('leaves out what is being disconnected', () => {
    const state = view([connection('s', 'sell', { status: 'disconnecting' })], [permit('s')])
    expect(connectionsOfSite(state, site)).toEqual([])
  })
})

describe('missingAsks', () => {
  it('asks for each connection what our widgets want of its provider', () => {
    const state = view([connection('s', 'sell'), connection('t', 'salesos')], [])
    expect(missingAsks(state, site)).toEqual([
      { connection: 's', use: 'fetch', access: 'read', scopes: ['read'] },
      { connection: 't', use: 'token', access: 'read', scopes: ['leads:read'] },
    ])
  })

  it('asks for nothing that is there, is ending, or has no entry in the catalogue', () => {
    const state = view(
      [
        connection('s', 'sell'),
        connection('t', 'salesos', { status: 'disconnecting' }),
        connection('u', 'gone'),
      ],
      [permit('s')],
    )
    expect(missingAsks(state, site)).toEqual([])
  })
})

describe('endPermit', () => {
  it('ends it at once, tells the site, and leaves the connection', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    world.told.length = 0
    const [given] = viewNow().permits
    await ask(senders.options(), 'endPermit', { permit: given?.id ?? '' })
    expect(viewNow()).toMatchObject({ permits: [], connections: [{ status: 'connected' }] })
    expect((await onDisk()).permits).toEqual([])
    expect(world.told).toEqual([{ tab: 1, message: { dealpass: 'news', event: 'ended' } }])
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe('not-permitted: no-permit')
    expect(await ask(senders.site(), 'connections', {})).toEqual([])
  })

  it('does nothing to a permit that is none', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    const before = viewNow()
    await ask(senders.options(), 'endPermit', { permit: 'nobody' })
    expect(viewNow()).toEqual(before)
  })
})
