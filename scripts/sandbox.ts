import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { practiceSetup, startSandbox } from '../test/sandbox/sandbox'

const { values } = parseArgs({ options: { setup: { type: 'string' } } })

const sandbox = await startSandbox({ loopback: { firstPort: 4101 } })
// The addresses in it are known from here on.
if (values.setup) await writeFile(values.setup, `${JSON.stringify(practiceSetup(sandbox), null, 2)}\n`)
const { port, spki, control, hosts, loopback, users } = sandbox
console.log(JSON.stringify({ port, spki, control, hosts, loopback, users }))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop())
