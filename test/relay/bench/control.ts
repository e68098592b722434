import { serve } from '@hono/node-server'
import { forwards } from './forwards'

// Its lines go where those of the relay go: into a pipe. The first one is the port.

const [upstream = '', token = ''] = process.argv.slice(2)
const { fetch } = forwards(upstream, token)
serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(port))
