import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { runtimes } from './runtimes'
import { type Reply, startWorld, type World } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }
const told = ({ status, code }: Reply) => `${status} ${code}`
const tokenPath = '/oauth2/token'

describe.each(runtimes)('the relay on %s, in front of an upstream', runtime => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(runtime)
  })
  afterEach(() => {
    world.sandbox.reset()
    world.expectNoSecretOut()
  })
  afterAll(() => world.stop())

  it('that says nothing is given up after fifteen seconds', async () => {
    const { refresh_token = '' } = await world.signIn()
    const form = { grant_type: 'refresh_token', refresh_token }
    const ask = () => world.call('/oauth/sell/token', { form })
    world.sandbox.set('sell', { fault: { path: tokenPath, hang: true } })
    world.sandbox.set('sellytics', { fault: { path: '/data/v1/summary', hang: true } })
    const start = performance.now()
    expect((await Promise.all([ask(), world.call(summary, north)])).map(told)).toEqual(
      Array(2).fill('502 upstream-unreachable'),
    )
    expect(performance.now() - start).toBeGreaterThan(14_000)
    expect(performance.now() - start).toBeLessThan(25_000)
    world.sandbox.set('sell', { fault: null })
    expect((await ask()).status).toBe(200)
  })
})
