import { relayApp } from './app'
import { parseRelayConfig } from './config'
import { jsonLog } from './log'

/** `DEALPASS_RELAY` is the configuration; the secrets that it names by `env` are bindings beside it. */
type Bindings = Record<string, string | undefined>

let made: { from: string | undefined; app: ReturnType<typeof relayApp> } | undefined

/** The relay as a module of a serverless platform (Cloudflare Workers). Throws the faults of the configuration. */
export default {
  fetch(request: Request, bindings: Bindings): Response | Promise<Response> {
    const from = bindings.DEALPASS_RELAY
    if (made?.from !== from || !made) made = { from, app: appOf(bindings) }
    return made.app.fetch(request)
  },
}

function appOf(bindings: Bindings): ReturnType<typeof relayApp> {
  const read = parseRelayConfig(bindings.DEALPASS_RELAY ?? '', place =>
    'env' in place && Object.hasOwn(bindings, place.env) ? bindings[place.env] : undefined,
  )
  if ('faults' in read)
    throw new Error(read.faults.map(({ path, message }) => `${path} ${message}`.trim()).join('\n'))
  if (read.config.users.keysFile) throw new Error('users.keysFile is of no use where there are no files.')
  const admitted = new Set(read.config.users.keys)
  // biome-ignore lint/suspicious/noConsole: it is where such a platform takes its log lines from
  const log = jsonLog(text => console.log(text))
  return relayApp(read.config, { log, isAdmitted: async thumbprint => admitted.has(thumbprint) })
}
