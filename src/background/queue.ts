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

const lanes = new Map<string, { running: number; waiting: (() => void)[] }>()

/** Runs jobs of one key, so many of them at once; the others wait for a place, in the order of the calls. */
export async function atMost<T>(most: number, key: string, job: () => Promise<T>): Promise<T> {
  const lane = lanes.get(key) ?? { running: 0, waiting: [] }
  lanes.set(key, lane)
  if (lane.running < most) lane.running += 1
  else await new Promise<void>(resolve => lane.waiting.push(resolve))
  try {
    return await job()
  } finally {
    const next = lane.waiting.shift()
    // Who leaves hands the place on, so that nobody slips in between.
    if (next) next()
    else {
      lane.running -= 1
      if (lane.running === 0) lanes.delete(key)
    }
  }
}
