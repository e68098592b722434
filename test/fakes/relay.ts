import { relayApp } from '../../src/relay/app'
import { parseRelayConfig } from '../../src/relay/config'
import { relayConfig, relayOrigin, relaySecrets } from '../relay/config'
import { answerBy } from './network'
import { world } from './world'

/** The real relay, in this process, under its own name. */
export type RelayHere = {
  /** Thumbprints that it admits. */
  admitted: Set<string>
  /** What it was asked, in order: method and path. */
  asked: string[]
  /** Answers in its place, while it is there. */
  instead?: (request: Request) => Response | Promise<Response> | undefined
}

/**
 * Serves the relay to the background, and lets the browser reach it. A request that it makes upstream goes the way of any
 * other. Its clock is the one of now, whatever the test does to time afterwards.
 */
export function serveRelay(change: object = {}): RelayHere {
  const RealDate = Date
  const here: RelayHere = { admitted: new Set(), asked: [] }
  const usual = relayConfig(undefined, { users: { keys: [] }, southUsers: 'everybody' })
  const text = JSON.stringify({ ...usual, ...change })
  const read = parseRelayConfig(text, place => Object(relaySecrets)['env' in place ? place.env : ''])
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  const surroundings = { log: () => undefined, isAdmitted: async (key: string) => here.admitted.has(key) }
  const app = relayApp(read.config, surroundings)
  world.granted.add(`${relayOrigin}/*`)
  answerBy(new RegExp(`^${relayOrigin}/`), async request => {
    here.asked.push(`${request.method} ${new URL(request.url).pathname}`)
    const answer = (await here.instead?.(request)) ?? (await app.fetch(request))
    answer.headers.set('date', new RealDate().toUTCString())
    return answer
  })
  return here
}
