import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { SetupFault } from '../../shared/setup-fault'
import { parseRelayConfig, type ReadSecret, type RelayConfig } from '../config'
import { relayLimits } from '../limits'
import { jsonLog } from '../log'
import { admit, dismiss, readKeys } from './admitted'
import { logOutput } from './log-output'
import { startRelay } from './server'

const help = `node relay.js --config FILE                            runs the relay
node relay.js check --config FILE                      names every fault of the configuration, and runs nothing
node relay.js admit THUMBPRINT [NOTE] --config FILE    lets a key use it (users.keysFile of the configuration)
node relay.js dismiss THUMBPRINT --config FILE         takes that back
node relay.js list --config FILE                       says which keys are admitted, and whose they are

Without --config the configuration is the variable DEALPASS_RELAY.`

const commands = ['check', 'admit', 'dismiss', 'list']

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
  if (given.values.help) {
    say(help)
    return 0
  }
  if (command !== undefined && !commands.includes(command)) {
    say(`There is no command ${JSON.stringify(command)}.\n\n${help}`)
    return 2
  }
  try {
    const isOfKeys = command === 'admit' || command === 'dismiss' || command === 'list'
    // Whoever admits keys need not have the secrets.
    const read = parseRelayConfig(configText(given.values.config), isOfKeys ? () => anySecret : secretOf)
    const faults = 'faults' in read ? read.faults : keysFaults(read.config)
    if ('faults' in read || (faults.length > 0 && !isOfKeys)) {
      say('The configuration has faults; nothing runs.')
      for (const { path, message } of faults) say(`  ${path || 'The configuration:'} ${message}`)
      return 1
    }
    if (command === 'check') say('The configuration holds.')
    else if (isOfKeys) changeKeys(command, read.config, thumbprint, note.join(' '), say)
    else return await run(read.config, say)
    return 0
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return 1
  }
}

type Say = (text: string) => void

/** Of the right form for a secret as well as for a key to seal with, and used for nothing. */
const anySecret = `${'A'.repeat(43)}=`

function keysFaults({ users: { keysFile } }: RelayConfig): SetupFault[] {
  try {
    if (keysFile) readKeys(keysFile)
    return []
  } catch {
    return [
      {
        path: 'users.keysFile',
        message: 'names a file that is no list of admitted keys, or may not be read.',
      },
    ]
  }
}

function changeKeys(
  command: string,
  { users }: RelayConfig,
  thumbprint: string,
  note: string,
  say: Say,
): void {
  const file = users.keysFile
  if (!file) throw new Error('The configuration has no users.keysFile: there is no list to read or write.')
  if (command === 'admit') {
    admit(file, thumbprint, note)
    say(`${thumbprint} may use the relay.`)
  } else if (command === 'dismiss') {
    dismiss(file, thumbprint)
    say(`${thumbprint} may not use the relay any more.`)
  } else {
    for (const [key, whose] of Object.entries(readKeys(file))) process.stdout.write(`${key} ${whose}\n`)
  }
}

async function run(config: RelayConfig, say: Say): Promise<number> {
  const output = logOutput(process.stdout)
  const relay = await startRelay(config, jsonLog(output.write))
  const code = await new Promise<number>(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(0))
    // What it does is to be known, or it must not go on.
    output.abandoned.then(() => resolve(1))
  })
  const start = performance.now()
  await relay.stop()
  // Its reader may only be slow; a supervisor waits for as long as for what is under way.
  const isWritten = await output.drained(Math.max(1_000, relayLimits.stop - (performance.now() - start)))
  if (!isWritten) say('Nobody read the log: its last lines are lost.')
  // A call whose caller was cut off may still wait for its upstream.
  setTimeout(() => process.exit(), 1_000).unref()
  return isWritten ? code : 1
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
  if ('env' in place) return Object.hasOwn(process.env, place.env) ? process.env[place.env] : undefined
  try {
    return readFileSync(place.file, 'utf8')
  } catch {
    return undefined
  }
}
