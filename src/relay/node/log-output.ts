import { relayLimits } from '../limits'

/** Where log lines go. */
export type LogOutput = {
  /** Takes a line; it is written within a twentieth of a second. */
  write(line: string): void
  /** Resolves when everything is written: true, or false where nobody took it within `patience` milliseconds. */
  drained(patience: number): Promise<boolean>
  /** Resolves when nobody takes lines any more: the reader is gone, or 8 MiB behind. */
  abandoned: Promise<void>
}

/** Makes an output of lines, which are written together: everybody waits while a pipe is written to. */
export function logOutput(stream: typeof process.stdout): LogOutput {
  let waiting = ''
  let abandon = () => {}
  const abandoned = new Promise<void>(resolve => {
    abandon = resolve
  })
  stream.on('error', abandon)
  const flush = () => {
    if (waiting) stream.write(waiting)
    waiting = ''
    // It stands in our memory; and what a relay does is to be known.
    if (stream.writableLength > relayLimits.unwritten) abandon()
  }
  return {
    abandoned,
    write: line => {
      if (!waiting) setTimeout(flush, 50).unref()
      waiting += `${line}\n`
    },
    drained: patience => {
      flush()
      return new Promise(resolve => {
        const late = setTimeout(() => resolve(false), patience)
        stream.write('', error => {
          clearTimeout(late)
          resolve(!error)
        })
      })
    },
  }
}
