import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { writePracticeRelay } from '../test/relay/practice'
import { practiceSetup, startSandbox } from '../test/sandbox/sandbox'

// npm run sandbox                        the providers and the demo CRM
// npm run sandbox -- --setup FILE        with a setup for practice in one's own browser
// npm run sandbox -- --relay FOLDER      with a relay's configuration and secrets, and a setup that goes through it

const { values } = parseArgs({ options: { setup: { type: 'string' }, relay: { type: 'string' } } })

const sandbox = await startSandbox({ loopback: { firstPort: 4101 } })
// The addresses in it are known from here on.
if (values.setup) await writeFile(values.setup, `${JSON.stringify(practiceSetup(sandbox), null, 2)}\n`)
if (values.relay) await writePracticeRelay(sandbox, values.relay)
const { port, spki, control, hosts, loopback, users } = sandbox
console.log(JSON.stringify({ port, spki, control, hosts, loopback, users }))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop())
