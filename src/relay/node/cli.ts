import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseRelayConfig, type ReadSecret } from '../config'
import { jsonLog } from '../log'
import { admit } from './admitted'
import { startRelay } from './server'

const help = `relay --config FILE                      runs the relay
relay admit THUMBPRINT [NOTE] --config FILE   lets a key use it (users.keysFile of the configuration)
relay check --config FILE                names every fault of the configuration, and runs nothing

Without --config the configuration is the variable DEALPASS_RELAY.`

/** The command of the relay. Resolves with the exit code; a relay that runs goes on until SIGTERM or SIGINT. */
export async function runRelay(args: string[]): Promise<number> {
  const say = (text: string) => process.stderr.write(`${text}\n`)
  let given: ReturnType<typeof parsed>
  try {
    given = parsed(args)
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${help}`)
    return 2
  }
  const [command, thumbprint = '', ...note] = given.positionals
  if (given.values.help || (command !== undefined && command !== 'admit' && command !== 'check')) {
    say(help)
    return given.values.help ? 0 : 2
  }
  try {
    const read = parseRelayConfig(configText(given.values.config), secretOf)
    if ('faults' in read) {
      say('The configuration has faults; nothing runs.')
      for (const { path, message } of read.faults) say(`  ${path} ${message}`.trimEnd())
      return 1
    }
    const { config } = read
    if (command === 'check') {
      say('The configuration holds.')
      return 0
    }
    if (command === 'admit') {
      const file = config.users.keysFile
      if (!file) throw new Error('The configuration has no users.keysFile to write to.')
      admit(file, thumbprint, note.join(' '))
      say(`${thumbprint} may use the relay.`)
      return 0
    }
    const output = writer()
    process.once('exit', output.flush)
    const relay = await startRelay(config, jsonLog(output.write))
    const code = await new Promise<number>(resolve => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(0))
      // Nobody reads what it writes any more, the audit among it: then it must not go on.
      process.stdout.on('error', () => resolve(1))
    })
    await relay.stop()
    output.flush()
    // A call whose caller was cut off may still wait for its upstream.
    setTimeout(() => process.exit(code), 1_000).unref()
    return code
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return 1
  }
}

/** Writes lines together, every twentieth of a second: everybody waits while a pipe is written to. */
function writer(): { write(text: string): void; flush(): void } {
  let waiting = ''
  const flush = () => {
    if (waiting) process.stdout.write(waiting)
    waiting = ''
  }
  return {
    write: text => {
      if (!waiting) setTimeout(flush, 50).unref()
      waiting += `${text}\n`
    },
    flush,
  }
}

function parsed(args: string[]) {
  const options = { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const
  // One thumbprint of 64 begins with a hyphen, and is no option for that.
  const hyphened = args.find(arg => /^-[\w-]{42}$/.test(arg))
  const rest = args.filter(arg => arg !== hyphened)
  const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true })
  const [command = '', ...more] = positionals
  return { values, positionals: hyphened === undefined ? positionals : [command, hyphened, ...more] }
}

function configText(file: string | undefined): string {
  if (file !== undefined) return readFileSync(file, 'utf8')
  const text = process.env.DEALPASS_RELAY
  if (text === undefined) throw new Error('There is no configuration: --config FILE, or DEALPASS_RELAY.')
  return text
}

const secretOf: ReadSecret = place => {
  if ('env' in place) return process.env[place.env]
  try {
    return readFileSync(place.file, 'utf8')
  } catch {
    return undefined
  }
}
