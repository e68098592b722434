const tails = new Map<string, Promise<unknown>>()
let barrier: Promise<unknown> = Promise.resolve()

/**
 * Runs jobs of one key one after the other, in the order of the calls; a failed job does not stop the next.
 * What must not happen twice is queued, not shared: the job looks again when its turn comes.
 */
export function inOrder<T>(key: string, job: () => Promise<T>): Promise<T> {
  const run = Promise.all([tails.get(key), barrier]).then(job)
  const tail = run.catch(() => undefined)
  tails.set(key, tail)
  void tail.then(() => {
    if (tails.get(key) === tail) tails.delete(key)
  })
  return run
}

/** Runs a job when nothing of any key is under way, and lets nothing of any key begin before it is over. Not from inside one. */
export function alone<T>(job: () => Promise<T>): Promise<T> {
  const run = Promise.all([barrier, ...tails.values()]).then(job)
  barrier = run.catch(() => undefined)
  return run
}
