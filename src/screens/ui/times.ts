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

// Without the mark it would come along where nobody uses it.
const past = /* @__PURE__ */ new Intl.RelativeTimeFormat('en-GB')
const units = [
  ['day', 24 * 60 * 60_000],
  ['hour', 60 * 60_000],
  ['minute', 60_000],
] as const

/** How long ago something was, for example `3 minutes ago`; undefined where that is less than a minute. */
export function ago(at: number, now: number): string | undefined {
  const unit = units.find(([, length]) => now - at >= length)
  return unit && past.format(-Math.floor((now - at) / unit[1]), unit[0])
}
