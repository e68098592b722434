/** Remembers for a while that something happened to each of several things. Lost with the worker. */
export type Lately = { note(key: string): void; was(key: string): boolean; forget(key: string): void }

/** Makes a memory of that kind; `span` is milliseconds. */
export function lately(span: number): Lately {
  const at = new Map<string, number>()
  return {
    note: key => at.set(key, Date.now()),
    was: key => Date.now() - (at.get(key) ?? 0) < span,
    forget: key => at.delete(key),
  }
}
