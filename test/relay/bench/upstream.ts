import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// A provider that answers at once, with a body of 1 KiB: what is measured is in front of it.

const token = JSON.stringify({ access_token: 'a'.repeat(900), token_type: 'Bearer', expires_in: 86_400 })
const data = JSON.stringify({ space: 'North', text: 'x'.repeat(1_000) })
const server = createServer((request, response) => {
  request.resume()
  const body = request.url?.startsWith('/token') ? token : data
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
