const tails = new Map<string, Promise<unknown>>()

/**
 * Runs jobs of one key one after the other, in the order of the calls; a failed job does not stop the next.
 * What must not happen twice is queued, not shared: the job looks again when its turn comes.
 */
export function inOrder<T>(key: string, job: () => Promise<T>): Promise<T> {
  const run = (tails.get(key) ?? Promise.resolve()).then(job, job)
  const tail = run.catch(() => undefined)
  tails.set(key, tail)
  void tail.then(() => {
    if (tails.get(key) === tail) tails.delete(key)
  })
  return run
}
