import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { sandboxSetup, startSandbox } from '../test/sandbox/sandbox'

const { values } = parseArgs({ options: { setup: { type: 'string' } } })
if (values.setup) await writeFile(values.setup, `${JSON.stringify(sandboxSetup(), null, 2)}\n`)

const sandbox = await startSandbox()
const { port, spki, control, hosts, users } = sandbox
console.log(JSON.stringify({ port, spki, control, hosts, users }))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop())
