const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
// Without the mark it would come along where nobody uses it.
const moment = /* @__PURE__ */ new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' })
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })

/** A time of day as this browser writes it, for example `15:40`. */
export function timeOfDay(at: number): string {
  return time.format(at)
}

/** Day and time of day, for example `21 November 2026, 15:40`. */
export function dayAndTime(at: number): string {
  return `${moment.format(at)}, ${time.format(at)}`
}

/** An ISO day as people write it, for example `31 August 2027`. */
export function writtenDay(isoDay: string): string {
  return day.format(new Date(isoDay))
}
