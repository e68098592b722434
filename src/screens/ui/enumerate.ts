const format = new Intl.ListFormat('en-GB')

/** Words as a list in a sentence, for example `one, two and three`. */
export function enumerate(words: readonly string[]): string {
  return format.format(words)
}
