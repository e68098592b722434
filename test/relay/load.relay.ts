import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import type { Running } from './runtimes'
import { startWorld, type World } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }

let world: World
beforeAll(async () => {
  world = await startWorld('node', { change: {} })
})
afterAll(async () => {
  world.expectNoSecretOut()
  await world.stop()
})

it('is stopped and started again under load: every answer that comes is right', async () => {
  world.sandbox.set('sellytics', { requestsPerMinute: 1_000_000 })
  let running: Running = await world.another()
  const { refresh_token = '' } = await world.signIn()
  let isOver = false
  const counts = { right: 0, refused: 0, wrong: [] as string[] }
  const asking = async () => {
    while (!isOver) {
      const reply = await world.call(summary, north, running).catch(() => undefined)
      if (!reply) {
        counts.refused += 1
        await delay(5)
      } else if (reply.status === 200 && Object(reply.json.space).name === 'North') counts.right += 1
      else counts.wrong.push(`${reply.status} ${reply.code} ${reply.text.slice(0, 80)}`)
    }
  }
  const refreshing = async () => {
    let token = refresh_token
    let times = 0
    while (!isOver) {
      const form = { grant_type: 'refresh_token', refresh_token: token }
      const reply = await world.call('/oauth/sell/token', { form }, running).catch(() => undefined)
      if (!reply) await delay(5)
      else if (reply.status === 200) {
        token = String(reply.json.refresh_token)
        times += 1
      } else counts.wrong.push(`${reply.status} ${reply.code} ${reply.text.slice(0, 80)}`)
    }
    return times
  }
  const askers = [...Array.from({ length: 8 }, asking), refreshing()]
  for (let round = 0; round < 4; round += 1) {
    const before = counts.right
    await expect.poll(() => counts.right, { timeout: 20_000 }).toBeGreaterThan(before + 50)
    const stopped = running.stop()
    running = await world.another()
    expect(await stopped).toBe(0)
  }
  isOver = true
  const ended = await Promise.all(askers)
  expect(counts.wrong).toEqual([])
  expect(counts.right).toBeGreaterThan(200)
  expect(ended.at(-1)).toBeGreaterThan(4)
  console.log(`${counts.right} right, ${counts.refused} not answered, ${ended.at(-1)} refreshes, 0 wrong`)
})
