import { Agent, request as undiciRequest } from 'undici'
import { AppError } from '../../shared/errors'
import { limits } from '../../shared/limits'
import type { DataFetch } from '../data-fetch'

// One that stays open: most calls go to a handful of hosts. How long a call may take is said with each.
const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: limits.request } })

/** `DataFetch` by undici's `request`, which costs Node half of what `fetch` does (docs/decisions/0037-relay.md). */
export const nodeDataFetch: DataFetch = async (url, { method, headers, body, time }) => {
  const late = new AbortController()
  // `AbortSignal.timeout` costs Node twice this, and cannot be ended with the call.
  const timer = setTimeout(() => late.abort(), time)
  try {
    const answer = await undiciRequest(url, {
      dispatcher,
      method: method as 'GET',
      headers,
      signal: late.signal,
      ...(body ? { body: new Uint8Array(body) } : {}),
    })
    // Nobody has asked for a packed one, and nothing could be found in it.
    if (answer.headers['content-encoding']) throw new AppError('provider-rejected', 'nonsense-answer')
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength
      if (size > limits.body) throw new AppError('provider-rejected', 'too-large')
      chunks.push(chunk)
    }
    return {
      status: answer.statusCode,
      header: name => [answer.headers[name]].flat().join(', ') || undefined,
      body: new Uint8Array(Buffer.concat(chunks, size)).buffer,
    }
  } catch (cause) {
    // An answer that nobody reads would hold its connection.
    late.abort()
    throw cause instanceof AppError ? cause : new AppError('provider-unreachable', undefined, { cause })
  } finally {
    clearTimeout(timer)
  }
}
