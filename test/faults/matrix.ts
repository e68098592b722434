import { makeCertificate } from '../sandbox/certificate'
import { type Cell, host, lostHost, startCell } from './cell'
import { deeds, isThrottled, saidSkew } from './deeds'
import { expected } from './expected'
import { day, type FaultName, isSlow, isTransient, type Operation, ownSkewOf, skewOf } from './faults'
import type { Certificates } from './front'
import { requestFaults } from './requests'
import { startWorld, type World } from './world'

/** What a cell came to. `isDropped`: it was transient, and the connection did not come back by itself or by one click. */
export type Verdict = {
  fault: FaultName
  operation: Operation
  came: string
  faults: string[]
  isDropped: boolean
}

/** How the cells of one browser went. */
export type Report = { verdicts: Verdict[]; errors: string[]; hears: boolean; left: string[] }

/** Calls at once: enough that a storm would show. With a fourth, Chromium might answer for a server that it holds back. */
const burstOf = (cell: Cell) => (isThrottled(cell) ? 3 : 5)

/** Cells that a clock decides, or that change what is said of it: there is one clock, and one sentence about it. */
const needsQuiet = (cell: Cell) => ownSkewOf(cell.fault) !== 0 || saidSkew(cell) !== undefined

const isOfClocks = (fault: FaultName) => skewOf(fault) !== 0 || ownSkewOf(fault) !== 0

/** Makes cells in one browser: those of clocks one after the other, since there is one clock; the others all at once. */
export async function makeCells(
  wanted: readonly [FaultName, Operation][],
  extension?: string,
): Promise<Report> {
  const certificates = await certificatesOf()
  const cells = await Promise.all(
    wanted.map(([fault, operation]) => startCell(fault, operation, certificates)),
  )
  const world = await startWorld(cells, certificates, extension)
  try {
    const isLost = ({ fault }: Cell) => fault === 'unresolvable name'
    const verdicts = await Promise.all(
      cells
        .filter(cell => !isLost(cell) && !needsQuiet(cell))
        // What lasts longest begins first: signing in is one after the other.
        .sort((a, b) => lastingOf(b) - lastingOf(a))
        .map(cell => made(world, cell)),
    )
    for (const cell of cells.filter(needsQuiet)) verdicts.push(await made(world, cell))
    verdicts.push(...(await madeWithoutName(world, cells.filter(isLost))))
    const left = await world.left()
    const errors = await world.errors()
    return { verdicts, left, errors, hears: await world.plant() }
  } finally {
    await world.stop()
    await Promise.all(cells.map(cell => cell.stop()))
  }
}

const isEnding = ({ operation }: Cell) => operation === 'revoke' || operation === 'check'

const lastingOf = (cell: Cell) => Number(isEnding(cell)) + 2 * Number(isSlow(cell.fault))

const certificatesOf = async (): Promise<Certificates> => ({
  trusted: await makeCertificate([host, lostHost]),
  stranger: await makeCertificate([host]),
})

const verdictOf = ({ fault, operation }: Cell): Verdict => ({
  fault,
  operation,
  came: 'nothing',
  faults: [],
  isDropped: false,
})

/** Runs a part of a cell; what it throws is the cell's fault. */
async function noted(verdict: Verdict, part: () => Promise<void>): Promise<void> {
  try {
    await part()
  } catch (error) {
    verdict.faults.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
}

async function made(world: World, cell: Cell): Promise<Verdict> {
  const verdict = verdictOf(cell)
  await noted(verdict, async () => {
    await prepared(world, cell)
    await broken(world, cell)
  })
  await noted(verdict, () => during(world, cell, verdict))
  if (cell.fault === 'own clock a day ahead' && cell.operation === 'refresh')
    await noted(verdict, () => outageTomorrow(world, cell))
  await mended(world, cell)
  await after(world, cell, verdict)
  return verdict
}

/** A name that is not resolved any more is a browser's matter, so all of them are at once, with a browser that ends in between. */
async function madeWithoutName(world: World, cells: readonly Cell[]): Promise<Verdict[]> {
  if (cells.length === 0) return []
  const verdicts = new Map(cells.map(cell => [cell, verdictOf(cell)]))
  const each = (part: (cell: Cell, verdict: Verdict) => Promise<void>) =>
    Promise.all([...verdicts].map(([cell, verdict]) => noted(verdict, () => part(cell, verdict))))
  await each(cell => prepared(world, cell))
  for (const { broken } of cells) broken.arrivals.length = 0
  await world.restart(false)
  await each((cell, verdict) => during(world, cell, verdict))
  await world.restart(true)
  await each((cell, verdict) => after(world, cell, verdict))
  return [...verdicts.values()]
}

async function prepared(world: World, cell: Cell): Promise<void> {
  // A renewal is due: the first token has ended when it comes.
  if (cell.operation === 'refresh' && !isOfClocks(cell.fault)) cell.standIn.life = 0
  if (deeds[cell.operation].isConnectedBefore) await world.connect(cell)
  cell.standIn.life = 3600
}

async function broken(world: World, cell: Cell): Promise<void> {
  const { fault, operation, standIn } = cell
  standIn.skew = skewOf(fault)
  await cell.broken.break(fault)
  cell.broken.arrivals.length = 0
  // A Disconnect has its clock set in the middle.
  if (ownSkewOf(fault) !== 0 && !isEnding(cell)) await world.setClock(ownSkewOf(fault))
  // By its own clock the token still lives.
  if (fault === 'own clock a day behind' || (operation === 'refresh' && skewOf(fault) !== 0))
    standIn.endAccess()
}

/** An outage begins while the clock is ahead: once it is put right, the next try is a day away. */
async function outageTomorrow(world: World, cell: Cell): Promise<void> {
  await cell.broken.break('500')
  cell.standIn.endAccess()
  await world.call(cell, 2)
}

async function mended(world: World, cell: Cell): Promise<void> {
  cell.standIn.skew = 0
  await cell.broken.mend()
  if (ownSkewOf(cell.fault) !== 0) await world.setClock(0)
}

async function during(world: World, cell: Cell, verdict: Verdict): Promise<void> {
  const burst = burstOf(cell)
  verdict.came = await deeds[cell.operation].during(world, cell, burst)
  const wanted = expected[cell.fault][cell.operation]
  if (verdict.came !== wanted) verdict.faults.push(`came to ${verdict.came}, not ${wanted}`)
  verdict.faults.push(...requestFaults(cell, cell.broken.arrivals, burst))
  const skew = saidSkew(cell)
  if (skew !== undefined)
    await world.until(
      `a clock that is ${skew / day} days off is said`,
      ({ clockSkew }) => clockSkew !== undefined && Math.abs(clockSkew - skew) < 60_000,
      2_000,
    )
}

async function after(world: World, cell: Cell, verdict: Verdict): Promise<void> {
  const before = verdict.faults.length
  await noted(verdict, async () => {
    await deeds[cell.operation].after(world, cell, burstOf(cell))
    if (saidSkew(cell) !== undefined) {
      // Of the clock one hears with the next tokens.
      cell.standIn.endAccess()
      if (deeds[cell.operation].isConnectedBefore) await world.call(cell, 1)
      await world.until('the clock is right again', ({ clockSkew }) => clockSkew === undefined, 2_000)
    }
  })
  if (isTransient(cell.fault)) verdict.isDropped = verdict.faults.length > before
}
