const counts = new Map<string, number>()

/** How often each thing has happened, over all sequences. */
export const figures = {
  count(name: string): void {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  },

  /** In words, in the order of the alphabet. */
  toString(): string {
    return [...counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
      .join(', ')
  },
}
