import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { relayApp } from '../app'
import type { RelayConfig } from '../config'
import { relayLimits } from '../limits'
import type { Log } from '../log'
import { createMetrics } from '../metrics'
import { admittedKeys } from './admitted'
import { nodeDataFetch } from './data-fetch'
import { operationsApp } from './operations'

export type RunningRelay = {
  /** Takes no new request, lets those under way end for 20 s, and resolves when both ports are closed. */
  stop(): Promise<void>
}

/** Runs the relay on Node. Rejects where a port cannot be opened. */
export async function startRelay(config: RelayConfig, log: Log): Promise<RunningRelay> {
  const metrics = createMetrics()
  let isReady = true
  const { keys, keysFile } = config.users
  const isAdmitted = admittedKeys(keys, keysFile)
  const app = relayApp(config, { log, metrics, isAdmitted, fetchData: nodeDataFetch })
  const operations = operationsApp(metrics, () => isReady)
  const answered = async (request: Request) => {
    const answer = await app.fetch(request)
    // What is under way ends well, and its connection with it: the next request would be a new one.
    if (!isReady) answer.headers.set('connection', 'close')
    return answer
  }
  const server = await listening(answered, config.listen)
  const second = await listening(operations.fetch, config.operations).catch(async (error: unknown) => {
    await closed(server)
    throw error
  })
  // Whoever does not read the answer is not waited for.
  server.timeout = relayLimits.quiet
  const { port } = server.address() as AddressInfo
  const { port: operationsPort } = second.address() as AddressInfo
  log({ level: 'info', event: 'start', host: config.listen.host, port, operationsPort })
  return {
    stop: async () => {
      isReady = false
      await closed(server)
      // Nobody who only asks how it is, or never ends asking, is waited for as well.
      await closed(second, 0)
      log({ level: 'info', event: 'stop' })
    },
  }
}

function listening(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Whoever sends half a request is looked for every five seconds.
    const serverOptions = {
      connectionsCheckingInterval: 5_000,
      requestTimeout: 20_000,
      headersTimeout: 10_000,
    }
    const server = serve({ fetch, hostname: host, port, serverOptions }, () => resolve(server)) as Server
    server.once('error', reject)
  })
}

function closed(server: Server, patience: number = relayLimits.stop): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(() => server.closeAllConnections(), patience)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    // Those that are kept alive and idle have nothing to end.
    server.closeIdleConnections()
  })
}
