import type * as whole from '../../../src/shared/call-headers'

/** Sends what the caller wants, and gives back all that came. */
export const outgoingHeaders: typeof whole.outgoingHeaders = headers => {
  const sent = new Headers()
  for (const [name, value] of Object.entries(headers ?? {}))
    try {
      sent.set(name.trim(), value)
    } catch {
      // No header at all.
    }
  return sent
}

export const incomingHeaders: typeof whole.incomingHeaders = headers => [...headers]
