type Slots<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Slots<Rest> : never
type Values<Text> = [Slots<Text>] extends [never] ? [] : [values: Record<Slots<Text>, string | number>]

/**
 * Makes a function that says the text of a key with its `{placeholders}` filled in; a missing or unknown one does
 * not compile. Each screen has a file of its own for them, so that none loads the texts of the others.
 */
export function speaker<const Texts extends Record<string, string>>(texts: Texts) {
  return <K extends keyof Texts>(key: K, ...[values]: Values<Texts[K]>): string => {
    const given: Record<string, string | number> | undefined = values
    return (texts[key] as string).replace(/\{(\w+)\}/g, (_, name: string) => String(given?.[name]))
  }
}
