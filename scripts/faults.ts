import { parseArgs } from 'node:util'
import { type FaultName, faults, isTransient, type Operation, operations } from '../test/faults/faults'
import { makeCells, type Report, type Verdict } from '../test/faults/matrix'
import { type Mistake, mistakes, redBy } from '../test/faults/mistakes'
import { buildWith } from '../test/kill/mistakes'
import { ensureChromium } from './browsers'

// npm run test:faults                          every fault at every operation
// npm run test:faults -- --short               as npm test has it
// npm run test:faults -- --only 'refresh 50'   the cells whose operation and fault fit, as a regular expression
// npm run test:faults -- --prove               builds with a mistake each: fails where no cell goes red; with --only, the
//                                              mistakes whose words fit
//
// A program, and no test runner's cases: all cells of a browser are made at once, so that what takes fifteen seconds takes
// them once.

type Wanted = [FaultName, Operation]

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
/** One of each kind, at every operation; of what lasts as long as a request may, what lasts no longer. */
const shortFaults: readonly FaultName[] = [
  'refused',
  'reset',
  '500',
  '503 Retry-After',
  'truncated JSON',
  'bad TLS',
]
const shortBesides = ['connect server a day ahead', 'refresh refusal']
/** A setup has at most 64 providers, and each cell is one. */
const perBrowser: readonly (readonly Operation[])[] = [
  ['connect', 'probe', 'refresh'],
  ['fetch', 'revoke', 'check'],
]

const nameOf = ([fault, operation]: Wanted) => `${operation} ${fault}`
const all: Wanted[] = faults.flatMap(fault => operations.map((operation): Wanted => [fault, operation]))

function isWanted(cell: Wanted): boolean {
  if (values.only !== undefined) return new RegExp(values.only).test(nameOf(cell))
  return !values.short || shortFaults.includes(cell[0]) || shortBesides.includes(nameOf(cell))
}

/** Makes cells, in as many browsers as they need. */
async function made(wanted: readonly Wanted[], extension?: string): Promise<Report[]> {
  const isFew = wanted.length <= 64
  const parts = isFew ? [wanted] : perBrowser.map(some => wanted.filter(([, one]) => some.includes(one)))
  const reports: Report[] = []
  for (const part of parts) if (part.length > 0) reports.push(await makeCells(part, extension))
  return reports
}

const lineOf = ({ fault, operation, faults }: Verdict) =>
  faults.map(words => `${operation} × ${fault}: ${words}`).join('\n')

/** Prints what came of each cell, rows faults and columns operations. */
function printTable(verdicts: readonly Verdict[]): void {
  const words = new Map(
    verdicts.map(({ fault, operation, came, faults }) => [
      nameOf([fault, operation]),
      faults.length > 0 ? `RED ${came}` : came,
    ]),
  )
  const rows = faults
    .filter(fault => operations.some(operation => words.has(nameOf([fault, operation]))))
    .map(fault => [fault, ...operations.map(operation => words.get(nameOf([fault, operation])) ?? '–')])
  const table = [['', ...operations], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? []
  for (const row of table)
    console.log(`| ${row.map((word, column) => word.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  console.log('*: shown as not answering, the login safe. !: shown as needing attention.')
}

/** Prints what the cells have come to; true where everything holds. */
function isWell(reports: readonly Report[]): boolean {
  const verdicts = reports.flatMap(report => report.verdicts)
  const transient = verdicts.filter(({ fault }) => isTransient(fault))
  const dropped = transient.filter(({ isDropped }) => isDropped)
  const errors = reports.flatMap(report => report.errors)
  const left = reports.flatMap(report => report.left)
  const red = verdicts.filter(({ faults }) => faults.length > 0)
  const hears = reports.every(report => report.hears)
  printTable(verdicts)
  for (const one of red) console.log(lineOf(one))
  for (const text of errors) console.log(`Error of the extension: ${text}`)
  console.log(`Cells asserted: ${verdicts.length}, red: ${red.length}`)
  console.log(`Transient cells: ${transient.length}, dropped: ${dropped.length}`)
  console.log(`Unhandled rejections and errors of the extension: ${errors.length}`)
  console.log(`A planted rejection and a planted error were ${hears ? '' : 'NOT '}heard`)
  console.log(`Left under way: ${left.length === 0 ? 'nothing' : left.join(', ')}`)
  return red.length === 0 && errors.length === 0 && left.length === 0 && hears
}

/** Whether cells go red in a build with each mistake. */
async function prove(): Promise<boolean> {
  const results: string[] = []
  let isProven = true
  for (const [words, mistake] of Object.entries<Mistake>(mistakes)) {
    if (values.only !== undefined && !new RegExp(values.only).test(words)) continue
    console.log(`\n== A build that ${words}`)
    const cells = all.filter(cell => redBy(mistake).test(nameOf(cell)))
    const reports = await made(cells, await buildWith(mistake))
    isWell(reports)
    const red = reports.flatMap(({ verdicts, errors }) => [
      ...verdicts
        .filter(({ faults }) => faults.length > 0)
        .map(({ fault, operation }) => nameOf([fault, operation])),
      ...(errors.length > 0 ? [`${errors.length} errors of the extension`] : []),
    ])
    if (red.length === 0) isProven = false
    results.push(`${words}: ${red.join(', ') || 'NOT FOUND'} (of ${cells.length} cells)`)
  }
  console.log(`\n== Mistakes\n${results.join('\n')}`)
  return isProven
}

ensureChromium()
const began = performance.now()
const isHeld = values.prove ? await prove() : isWell(await made(all.filter(isWanted)))
console.log(`In ${((performance.now() - began) / 1000).toFixed(1)} s`)
process.exitCode = isHeld ? 0 : 1
