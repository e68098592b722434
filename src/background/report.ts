/** Logs where something unexpected happened. Never its message: that may quote an address or an answer. */
export function reportUnexpected(where: string, error: unknown): void {
  const name = error instanceof Error ? error.name : typeof error
  const frames =
    error instanceof Error ? (error.stack ?? '').split('\n').filter(line => /^\s+at |@/.test(line)) : []
  console.error(`Dealpass: unexpected ${name} in ${where}\n${frames.join('\n')}`)
}

/** Lets work go on by itself; what nobody waits for is not swallowed when it fails. */
export function watched(where: string, work: Promise<unknown>): void {
  work.catch(error => reportUnexpected(where, error))
}
