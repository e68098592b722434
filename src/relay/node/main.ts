import { runRelay } from './cli'

process.exitCode = await runRelay(process.argv.slice(2))
