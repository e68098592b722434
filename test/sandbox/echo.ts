import type { Fault } from './exchange'

/** A fault ready to be sent, with the words of its status line where they are not the usual ones. */
type Filled = Omit<Fault, 'echo'> & { reason?: string }

/** The fault with what its `echo` gives back of the request's `Authorization` header put in its place. */
export function fillEcho({ echo, ...fault }: Fault, authorization = ''): Filled {
  if (!echo) return fault
  const body = fault.body && typeof fault.body === 'object' ? fault.body : {}
  // With a body, so that it is no error where no status is given.
  const filled = { ...fault, body }
  switch (echo) {
    case 'body':
      return { ...filled, body: { ...body, echo: authorization } }
    case 'base64':
      return { ...filled, body: { ...body, echo: Buffer.from(authorization).toString('base64') } }
    case 'header': {
      const headers = { etag: `"${authorization}"`, 'x-request-id': authorization }
      return { ...filled, headers: { ...headers, ...fault.headers } }
    }
    case 'status':
      return { ...filled, reason: authorization }
  }
}
