import { useEffect, useState } from 'preact/hooks'

// setTimeout keeps its delay in 32 bits; a longer one would fire at once.
const longestWait = 2 ** 31 - 1

/** The time now; the component is drawn again when the next of `times` (milliseconds since the epoch) has come. */
export function useClock(times: readonly (number | undefined)[]): number {
  const [, draw] = useState(0)
  const now = Date.now()
  const next = Math.min(...times.filter(time => time !== undefined && time > now).map(Number))
  useEffect(() => {
    if (next === Infinity) return
    const timer = setTimeout(() => draw(Date.now()), Math.min(next - Date.now() + 1, longestWait))
    return () => clearTimeout(timer)
  }, [next])
  return now
}

const minute = 60_000

/** The time now, for what is told by the minute. */
export function useMinute(): number {
  return useClock([(Math.floor(Date.now() / minute) + 1) * minute])
}
