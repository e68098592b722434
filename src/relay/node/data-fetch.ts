import { Agent, request as undiciRequest } from 'undici'
import { AppError } from '../../shared/errors'
import { limits } from '../../shared/limits'
import type { DataFetch } from '../data-fetch'

// One that stays open: most calls go to a handful of hosts. How long a call may take is said with each.
const dispatcher = new Agent({ connect: { timeout: limits.request } })

/** `DataFetch` by undici's `request`, which costs Node half of what `fetch` does (docs/decisions/0037-relay.md). */
export const nodeDataFetch: DataFetch = async (url, { method, headers, body, time }) => {
  const end = performance.now() + time
  try {
    const answer = await undiciRequest(url, {
      dispatcher,
      method: method as 'GET',
      headers,
      headersTimeout: time,
      bodyTimeout: time,
      ...(body ? { body: new Uint8Array(body) } : {}),
    })
    // Nobody has asked for a packed one, and nothing could be found in it.
    if (answer.headers['content-encoding']) {
      // An answer that nobody reads would hold its connection.
      answer.body.on('error', () => {}).destroy()
      throw new AppError('provider-rejected', 'nonsense-answer')
    }
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength
      if (size > limits.body) throw new AppError('provider-rejected', 'too-large')
      // An answer may also come for ever, a little at a time.
      if (performance.now() > end) throw new AppError('provider-unreachable')
      chunks.push(chunk)
    }
    return {
      status: answer.statusCode,
      header: name => [answer.headers[name]].flat().join(', ') || undefined,
      body: new Uint8Array(Buffer.concat(chunks, size)).buffer,
    }
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('provider-unreachable', undefined, { cause })
  }
}
