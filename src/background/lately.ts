/** Remembers for a while that something happened to each of several things. Lost with the worker. */
export type Lately = { note(key: string): void; was(key: string): boolean }

/** Makes a memory of that kind; `span` is milliseconds. */
export function lately(span: number): Lately {
  const at = new Map<string, number>()
  const was = (key: string) => {
    const since = Date.now() - (at.get(key) ?? 0)
    // A clock that was put back must not make it longer.
    return since >= 0 && since < span
  }
  return {
    note: key => {
      // There may be ever new keys.
      for (const old of at.keys()) if (!was(old)) at.delete(old)
      at.set(key, Date.now())
    },
    was,
  }
}
