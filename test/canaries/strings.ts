/**
 * Every text and every run of bytes that can be reached from a value through own properties, items and entries, one
 * each line. It stands alone, so that it can be sent into a document or a worker as text.
 */
export function stringsIn(start: unknown): string {
  const found: string[] = []
  const seen = new Set<object>()
  const queue: unknown[] = [start]
  const look = (value: unknown) => {
    if (typeof value === 'string') found.push(value)
    else if (
      value !== null &&
      (typeof value === 'object' || typeof value === 'function') &&
      !seen.has(value)
    ) {
      seen.add(value)
      queue.push(value)
    }
  }
  const bytes = (buffer: ArrayBufferLike, from: number, length: number) => {
    let text = ''
    for (const byte of new Uint8Array(buffer, from, length)) text += String.fromCharCode(byte)
    found.push(text)
  }
  for (let next = 0; next < queue.length && next < 100_000; next += 1) {
    const value = queue[next]
    try {
      if (typeof value === 'string') found.push(value)
      if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue
      if (value instanceof ArrayBuffer) bytes(value, 0, value.byteLength)
      else if (ArrayBuffer.isView(value)) bytes(value.buffer, value.byteOffset, value.byteLength)
      else {
        if (value instanceof Map || value instanceof Set) for (const item of value) look(item)
        for (const key of Reflect.ownKeys(value)) {
          const property = Object.getOwnPropertyDescriptor(value, key)
          if (typeof key === 'string' && typeof value === 'object') found.push(key)
          if (property && 'value' in property) look(property.value)
        }
      }
    } catch {
      // A window of another origin shows nothing of itself.
    }
  }
  return found.join('\n')
}
