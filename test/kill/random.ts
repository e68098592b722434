/** What a run draws from: the same seed and run give the same draws, whatever other runs there were. */
export type Draw = {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  /** One of these. */
  pick<T>(from: readonly [T, ...T[]]): T
  /** True in one of so many draws. */
  oneIn(count: number): boolean
}

/**
 * The draws of one run: mulberry32 (Tommy Ettinger, public domain), whose 32 bits of state are enough to choose moments
 * with. In place of a package, since it is five lines that must never change, or old seeds would replay something else.
 */
export function drawOf(seed: number, run: number): Draw {
  // Neighbouring runs must not draw alike.
  let state = Math.imul(seed ^ Math.imul(run + 1, 0x9e3779b1), 0x85ebca6b) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return {
    below,
    pick: from => from[below(from.length)] ?? from[0],
    oneIn: count => below(count) === 0,
  }
}
