import fc from 'fast-check'

/** The long form of every property, or the short one. */
export const isLong = process.env.DEALPASS_LONG === '1'

const { DEALPASS_SEED: seed, DEALPASS_PATH: path, DEALPASS_CASES: cases } = process.env

type Cases = { long: number; short: number }

/**
 * Runs a property and prints how many cases it had in how many seconds. What fails says fast-check's seed and path, with
 * which `DEALPASS_SEED` and `DEALPASS_PATH` make the same case again.
 */
export async function holds<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  property: (value: T) => unknown,
  { long, short }: Cases,
): Promise<void> {
  const start = performance.now()
  let count = 0
  const counted = fc.asyncProperty(arbitrary, async value => {
    count += 1
    await property(value)
  })
  const numRuns = cases === undefined ? (isLong ? long : short) : Number(cases)
  try {
    await fc.assert(counted, {
      numRuns,
      // That it fails is all that is asked of a mistake made on purpose.
      endOnFailure: process.env.DEALPASS_MISTAKE !== undefined,
      // Making smaller what fails must not take so long that the test's own end comes first, and nothing is said.
      ...(isLong ? {} : { interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true }),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      ...(path === undefined ? {} : { path }),
    })
  } finally {
    const seconds = (performance.now() - start) / 1000
    console.log(`${name}: ${count} cases in ${seconds.toFixed(1)} s`)
  }
}
