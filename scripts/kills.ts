import { parseArgs } from 'node:util'
import { type Choice, choiceOf, wordsOf } from '../test/kill/choice'
import { buildWith, mistakes } from '../test/kill/mistakes'
import { startRig } from '../test/kill/rig'
import { type Report, run, type Step, steps } from '../test/kill/run'
import { ensureChromium } from './browsers'

// npm run test:kills                           the long form: 300 runs
// npm run test:kills -- --short                every step of the journal, in half a minute
// npm run test:kills -- --runs 1000 --seed 7   another number of runs, and those of a seed again
// npm run test:kills -- --seed 7 --run 41      one of them alone
// npm run test:kills -- --prove                builds with a mistake each: fails where one is not found
//
// A program, and no test runner's cases: the runs are one series over one browser, each from where the one before has
// ended, and what has to hold is also said of all of them together.

type Made = Report & { number: number; choice: Choice }

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
    runs: { type: 'string' },
    seed: { type: 'string' },
    run: { type: 'string' },
  },
})
const long = 300
/** A mistake that so many runs do not find is taken for not found. */
const provingRuns = 60

function numberOf(name: 'runs' | 'seed' | 'run', otherwise: number): number {
  const value = Number(values[name] ?? otherwise)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} has to be a whole number.`)
  return value
}

/** Makes runs one after the other in one browser, until `isEnough`; a new one after a run that failed. */
async function made(
  choices: Iterable<[number, Choice]>,
  { extension, isEnough = () => false }: { extension?: string; isEnough?: (last: Made) => boolean } = {},
): Promise<Made[]> {
  const all: Made[] = []
  let rig = await startRig(extension)
  try {
    for (const [number, choice] of choices) {
      const report = await run(rig, choice)
      const last = { ...report, number, choice }
      all.push(last)
      console.log(lineOf(last))
      if (isEnough(last)) break
      if (report.faults.length === 0) continue
      // What a failed run has left must not fail the next.
      await rig.stop()
      rig = await startRig(extension)
    }
  } finally {
    await rig.stop()
  }
  return all
}

function lineOf({ number, choice, kills, lost, faults }: Made): string {
  const at = kills.map(
    ({ steps, isTokenCallOut, isLate }) =>
      `${steps.join(' + ')}${isTokenCallOut ? ', token call out' : ''}${isLate ? ', read late' : ''}`,
  )
  const end = faults.length > 0 ? `FAILED: ${faults.join('; ')}` : lost ? 'lost, as it had to be' : 'well'
  return `${String(number).padStart(4)}  ${wordsOf(choice)}\n      at ${at.join('; then ') || 'no kill'}: ${end}`
}

const percent = (part: number, whole: number) => `${whole === 0 ? 0 : Math.round((part / whole) * 100)} %`

/** Prints what the runs have come to; true where everything holds. */
function isWell(all: readonly Made[], fewest: number, leastOut: number): boolean {
  const kills = all.flatMap(report => report.kills)
  const ofBrowser = (some: typeof kills) => some.filter(({ of }) => of === 'browser').length
  const met = (step: Step) => kills.filter(kill => kill.steps.includes(step))
  console.log('\nThe journal at each kill (one that found two entries counts at both):')
  for (const step of steps) {
    const { length } = met(step)
    console.log(
      `  ${step.padEnd(20)}${String(length).padStart(5)}  ${String(ofBrowser(met(step))).padStart(3)} of the browser  ${'#'.repeat(Math.min(length, 60))}`,
    )
  }
  const out = kills.filter(({ isTokenCallOut }) => isTokenCallOut).length
  const lost = (window: number) =>
    all.filter(report => report.lost && report.choice.reuseWindowMs === window).length
  const failed = all.filter(({ faults }) => faults.length > 0)
  const missing = steps.filter(step => met(step).length < fewest)
  console.log(`Kills: ${kills.length}, of the browser ${ofBrowser(kills)}`)
  console.log(`A token call in flight, as the sandbox saw it: ${out} (${percent(out, kills.length)})`)
  console.log(`Journal read when the next worker had begun: ${kills.filter(({ isLate }) => isLate).length}`)
  console.log(`Errors of workers that were being stopped: ${all.flatMap(({ last }) => last).length}`)
  console.log(`Lost with a reuse window of 30 s: ${lost(30_000)}`)
  console.log(`Lost without one: ${lost(0)}, where an answer with a rotated token never arrived`)
  console.log(`Stuck: ${all.filter(({ stuck }) => stuck).length}`)
  if (missing.length > 0) console.log(`Too few kills at: ${missing.join(', ')}`)
  const isRare = out < kills.length * leastOut
  if (isRare) console.log('Too few kills with a token call in flight.')
  for (const one of failed) console.log(`Failed:\n${lineOf(one)}`)
  return failed.length === 0 && missing.length === 0 && !isRare
}

function* choicesOf(seed: number, from: number, end: number): Generator<[number, Choice]> {
  for (let number = from; number < end; number++) yield [number, choiceOf(seed, number, values.short)]
}

/** Whether the runs find each mistake; those that have to do with it are made. */
async function prove(seed: number): Promise<boolean> {
  const results: string[] = []
  let isProven = true
  for (const [words, mistake] of Object.entries(mistakes)) {
    console.log(`\n== A build that ${words}`)
    const deeds: readonly string[] = mistake.deeds
    const concerned = [...choicesOf(seed, 0, long)]
      .filter(([, { deed, waits }]) => deeds.includes(deed) && !waits)
      .slice(0, provingRuns)
    const runs = await made(concerned, {
      extension: await buildWith(mistake),
      isEnough: ({ faults }) => faults.length > 0,
    })
    const { number, faults } = runs.at(-1) ?? { number: 0, faults: [] }
    if (faults.length === 0) isProven = false
    results.push(
      faults.length > 0
        ? `${words}: red at run ${number}, the ${runs.length}. made (${faults[0]})`
        : `${words}: NOT FOUND in ${runs.length} runs`,
    )
  }
  console.log(`\n== Mistakes, seed ${seed}\n${results.join('\n')}`)
  return isProven
}

ensureChromium()
const seed = numberOf('seed', values.short || values.prove ? 1 : Date.now() % 1_000_000)
const began = performance.now()
let isHeld: boolean
if (values.prove) {
  isHeld = await prove(seed)
} else {
  const first = numberOf('run', 0)
  const end = values.run === undefined ? numberOf('runs', values.short ? 16 : long) : first + 1
  const isLong = !values.short && end - first >= long
  console.log(`Runs ${first} to ${end - 1} of seed ${seed}${values.short ? ', the short form' : ''}`)
  const all = await made(choicesOf(seed, first, end))
  isHeld = isWell(all, isLong ? 10 : values.short ? 1 : 0, isLong ? 0.3 : 0)
  const failed = all.filter(({ faults }) => faults.length > 0).length
  console.log(`${all.length - failed} runs held, ${failed} failed, seed ${seed}`)
}
console.log(`In ${((performance.now() - began) / 1000).toFixed(1)} s`)
process.exitCode = isHeld ? 0 : 1
