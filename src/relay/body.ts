import { readUpTo } from '../oauth/guarded-fetch'
import { AppError } from '../shared/errors'
import { RelayError } from './errors'

/**
 * Reads the body of a request, at most `most` bytes of it; nothing where its method has none. Throws `too-large`, or
 * `bad-request` where its sender breaks off.
 */
export async function bodyOf(request: Request, most: number): Promise<ArrayBuffer> {
  // To look for a body where none can be makes a slow request of a quick one.
  if (request.method === 'GET' || request.method === 'HEAD') return new ArrayBuffer(0)
  const length = request.headers.get('content-length')
  if (Number(length) > most) throw new RelayError('too-large')
  // One that says how long it is can be no longer; a runtime reads it at once, and not piece by piece.
  const isKnown = length !== null && !request.headers.has('transfer-encoding')
  try {
    return await (isKnown ? request.arrayBuffer() : readUpTo(request, most))
  } catch (cause) {
    throw new RelayError(cause instanceof AppError ? 'too-large' : 'bad-request', { cause })
  }
}
