import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import type { Sink } from './live'
import type { Tally } from './search'

/** The name of the annotation in which a test leaves its tally. */
export const tallyType = 'canaries'

/** Prints, at the end of a run, how many secrets were searched for in how much. */
export default class CanaryReporter implements Reporter {
  private tests = 0
  private readonly secrets = new Map<string, number>()
  private readonly places = new Map<Sink, { places: number; bytes: number }>()
  private leaks = 0

  onTestEnd(_test: TestCase, { annotations }: TestResult): void {
    for (const { type, description } of annotations) {
      if (type !== tallyType) continue
      const { secrets, places, leaks } = JSON.parse(description ?? '') as Tally
      this.tests += 1
      this.leaks += leaks.length
      for (const [kind, count] of Object.entries(secrets))
        this.secrets.set(kind, (this.secrets.get(kind) ?? 0) + count)
      for (const [sink, found] of Object.entries(places) as [Sink, { places: number; bytes: number }][]) {
        const before = this.places.get(sink) ?? { places: 0, bytes: 0 }
        this.places.set(sink, {
          places: before.places + found.places,
          bytes: before.bytes + found.bytes,
        })
      }
    }
  }

  onEnd(): void {
    if (this.tests === 0) return
    const secrets = [...this.secrets].sort().map(([kind, count]) => `${count} × ${kind}`)
    console.log(`\nCanaries of ${this.tests} tests: ${secrets.join(', ')}.`)
    for (const [sink, { places, bytes }] of this.places)
      console.log(`  ${sink.padEnd(14)}${String(places).padStart(7)} places ${mebibytes(bytes).padStart(10)}`)
    console.log(`  ${this.leaks} found where none may be.`)
  }

  printsToStdio(): boolean {
    return false
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
