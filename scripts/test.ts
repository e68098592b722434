import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { shortForm, shortPattern } from '../test/attacks/short'
import { ensureChromium, ensureFirefox } from './browsers'

type Count = { passed: number; failed: number }
type Step = { title: string; run(): Promise<Count> }
type VitestReport = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
}
type PlaywrightReport = { stats: { expected: number; unexpected: number; flaky: number; skipped: number } }

const root = resolve(import.meta.dirname, '..')
const reports = mkdtempSync(join(tmpdir(), 'dealpass-test-'))
const { values } = parseArgs({ options: { full: { type: 'boolean', default: false } } })
// The runners' configurations read it.
if (values.full) process.env.DEALPASS_LONG = '1'
// A step that hangs must not keep the others from being reported.
const stepLimit = values.full ? 40 * 60_000 : 9 * 60_000

/** Runs a command of the project with its output shown; resolves with whether it ended well. */
async function isWell(command: string, args: string[], env: Record<string, string> = {}): Promise<boolean> {
  const child = spawn(command, args, {
    cwd: root,
    env: {
      ...process.env,
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: stepLimit,
  })
  try {
    const [code, signal] = await once(child, 'close')
    if (signal) console.log(`${command} was ended by ${signal}.`)
    return code === 0
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
    return false
  }
}

function counted(isPassed: boolean): Count {
  return isPassed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

function check(command: string, ...args: string[]): Step['run'] {
  return async () => counted(await isWell(command, args))
}

/**
 * What a runner's report says, and one failure more where the runner failed though no test did (a file that
 * does not load, an error outside the tests), left no report, or ran nothing at all.
 */
function fromReport<Report>(file: string, isPassed: boolean, count: (report: Report) => Count): Count {
  if (!existsSync(file)) return counted(false)
  const { passed, failed } = count(JSON.parse(readFileSync(file, 'utf8')) as Report)
  const isEmpty = passed + failed === 0
  if (isEmpty) console.log('There was no test to run.')
  return { passed, failed: failed === 0 && (isEmpty || !isPassed) ? 1 : failed }
}

/** Runs the tests of one of Vitest's configurations. */
async function vitest(config: string): Promise<Count> {
  const file = join(reports, `${config}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const isPassed = await isWell('vitest', ['run', '--config', config, ...reporters])
  return fromReport<VitestReport>(file, isPassed, report => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numPendingTests + report.numTodoTests,
  }))
}

let isBuilt = false
let hasChromium = false
let hasFirefox = false

async function build(): Promise<Count> {
  isBuilt = await isWell('npm', ['run', 'build'])
  return counted(isBuilt)
}

/** Apart from the tests, so that an installation is not counted into their time. */
async function findChromium(): Promise<Count> {
  console.log(ensureChromium())
  hasChromium = true
  return counted(hasChromium)
}

async function findFirefox(): Promise<Count> {
  console.log(ensureFirefox())
  hasFirefox = true
  return counted(hasFirefox)
}

function notRun(missing: string): Count {
  console.log(`Not run: ${missing}.`)
  return counted(false)
}

async function chromiumTests(): Promise<Count> {
  if (!isBuilt || !hasChromium) return notRun('there is no build, or no Chromium to test it in')
  const file = join(reports, 'playwright.json')
  const limit = ['--global-timeout', String(stepLimit - 60_000)]
  const args = ['test', ...limit, ...(values.full ? [] : ['--grep-invert', '@full'])]
  const isPassed = await isWell('playwright', args, { PLAYWRIGHT_JSON_OUTPUT_FILE: file })
  return fromReport<PlaywrightReport>(file, isPassed, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + stats.skipped,
  }))
}

async function attacks(): Promise<Count> {
  if (!isBuilt || !hasChromium) return notRun('there is no build, or no Chromium to attack it in')
  const file = join(reports, 'attacks.json')
  const args = ['test', '--config', 'playwright.attacks.config.ts']
  if (!values.full) args.push('--grep', shortPattern)
  const isPassed = await isWell('playwright', args, { PLAYWRIGHT_JSON_OUTPUT_FILE: file })
  return fromReport<PlaywrightReport>(file, isPassed, ({ stats }) => ({
    passed: stats.expected,
    // An attack that has lost its name is not made, and that is a failure, too.
    failed: values.full ? stats.unexpected + stats.flaky + stats.skipped : shortForm.length - stats.expected,
  }))
}

async function kills(): Promise<Count> {
  if (!isBuilt || !hasChromium) return notRun('there is no build, or no Chromium to kill')
  return counted(await isWell('tsx', ['scripts/kills.ts', ...(values.full ? [] : ['--short'])]))
}

async function faults(): Promise<Count> {
  if (!isBuilt || !hasChromium) return notRun('there is no build, or no Chromium to break things for')
  return counted(await isWell('tsx', ['scripts/faults.ts', ...(values.full ? [] : ['--short'])]))
}

async function firefoxTests(): Promise<Count> {
  if (!isBuilt || !hasFirefox) return notRun('there is no build, or no Firefox to test it in')
  return vitest('vitest.firefox.config.ts')
}

async function relayTests(): Promise<Count> {
  return isBuilt ? vitest('vitest.relay.config.ts') : notRun('there is no relay to test')
}

async function devTests(): Promise<Count> {
  return hasChromium ? vitest('vitest.dev.config.ts') : notRun('there is no Chromium to test it in')
}

const steps: Step[] = [
  { title: 'Formatting and lint', run: check('biome', 'ci', '.') },
  { title: 'Unused code', run: check('knip') },
  { title: 'Types', run: check('tsc', '--noEmit') },
  { title: 'Unit and integration tests', run: () => vitest('vitest.config.ts') },
  {
    title: values.full ? 'Properties' : 'Properties, the short form',
    run: () => vitest('vitest.properties.config.ts'),
  },
  { title: 'Build', run: build },
  { title: 'A Chromium to test in', run: findChromium },
  { title: 'Tests in Chromium', run: chromiumTests },
  { title: values.full ? 'Attacks' : 'Attacks, the short form', run: attacks },
  { title: values.full ? 'Kills' : 'Kills, the short form', run: kills },
  { title: values.full ? 'Faults' : 'Faults, the short form', run: faults },
  { title: 'Relay, on Node and on workerd', run: relayTests },
  { title: 'Development server', run: devTests },
  { title: 'A Firefox to test in', run: findFirefox },
  { title: 'Tests in Firefox', run: firefoxTests },
]

const done: (Count & { title: string; seconds: number })[] = []
for (const { title, run } of steps) {
  console.log(`\n== ${title}`)
  const start = performance.now()
  const count = await run().catch(error => {
    console.log(error instanceof Error ? error.message : error)
    return counted(false)
  })
  done.push({ title, ...count, seconds: (performance.now() - start) / 1000 })
}
rmSync(reports, { recursive: true, force: true })

console.log('\n== Summary')
for (const { title, passed, failed, seconds } of done) {
  console.log(`${title.padEnd(30)}${seconds.toFixed(1).padStart(7)} s  ${passed} passed, ${failed} failed`)
}
const sum = (key: 'passed' | 'failed') => done.reduce((total, step) => total + step[key], 0)
process.exitCode = sum('failed') > 0 ? 1 : 0
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`)
