import { buildRelay } from './relay-build'

await buildRelay()
