/** Logs where something unexpected happened. Never its message: that may quote an address or an answer. */
export function reportUnexpected(where: string, error: unknown): void {
  const name = error instanceof Error ? error.name : typeof error
  const frames = error instanceof Error ? framesOf(error) : []
  console.error(`Dealpass: unexpected ${name} in ${where}\n${frames.join('\n')}`)
}

// Chromium's stack begins with the message, and a line of that may look like a frame.
function framesOf({ stack = '', message }: Error): string[] {
  const end = stack.indexOf(message)
  const rest = message && end >= 0 ? stack.slice(end + message.length) : stack
  return rest.split('\n').filter(line => /^\s+at |@/.test(line))
}

/** Lets work go on by itself; what nobody waits for is not swallowed when it fails. */
export function watched(where: string, work: Promise<unknown>): void {
  work.catch(error => reportUnexpected(where, error))
}
