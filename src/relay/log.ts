/** One line of the relay's log. By its type it can hold no secret: ids, closed words, paths, counts and times. */
type LogLine = {
  level: 'info' | 'error'
  /** `audit`: a request for data; `request`: any other; `start`, `stop`, `fault`: of the process. */
  event: 'request' | 'audit' | 'start' | 'stop' | 'fault'
  request?: string
  route?: string
  provider?: string
  /** The label of the key that was used. */
  key?: string
  user?: string
  method?: string
  /** Without its query. */
  path?: string
  status?: number
  code?: string
  /** Why a token or proof is not accepted: mostly the name of a claim. */
  reason?: string
  /** What the provider said of the relay's own request, in the words of RFC 6749 section 5.2. */
  upstream?: string
  milliseconds?: number
  /** Where in the code something unforeseen happened: the error's name and places, never its text. */
  place?: string
  host?: string
  port?: number
  operationsPort?: number
}

export type Log = (line: LogLine) => void

/** Writes lines as JSON, each with its time. */
export function jsonLog(write: (text: string) => void): Log {
  return line => write(JSON.stringify({ time: new Date().toISOString(), ...line }))
}

/** Where an error was thrown, without its message: that may quote an address or an answer. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { name, message, stack = '' } = error
  const end = stack.indexOf(message)
  const frames = (message && end >= 0 ? stack.slice(end + message.length) : stack)
    .split('\n')
    .filter(line => /^\s+at /.test(line))
    .map(line => line.trim())
  return [name, ...frames.slice(0, 5)].join(' ')
}
