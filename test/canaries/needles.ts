/** One secret to search for; `kind` in the words of a report, the value never. */
export type Canary = { kind: string; owner: string; value: string }

/** Where the secret (or a piece of it) begins, and how it was written there. */
type Hit = { canary: Canary; written: string; at: number }

export type Needles = {
  /** How many different secrets are searched for. */
  count: number
  /** Every secret of which a piece stands in these bytes, once each. */
  in(bytes: Uint8Array): Hit[]
}

// What is stored may be packed (LevelDB's blocks are), and a packed token is cut where a stretch of it stood before.
// Tokens are random, so stretches of a dozen characters survive, and no text has one by chance.
const PIECE = 12

type Written = { written: string; bytes: Buffer; step: number; piece: number }

/**
 * Makes the search for secrets in anything that can be read as bytes: as UTF-8, UTF-16, hexadecimal or base64 of any
 * alignment, whole or a piece of twelve characters. Of a JWT its signature is searched for, since its head and its
 * claims are no secrets, and stand in every other token of the same server.
 */
export function createNeedles(canaries: readonly Canary[]): Needles {
  const values = [...new Map(canaries.map(canary => [canary.value, canary])).values()]
  const short = values.find(({ value }) => secretPart(value).length < PIECE)
  if (short) throw new Error(`A ${short.kind} of ${short.owner} is too short to be searched for.`)

  // A look at three bytes tells nearly every place where no secret begins.
  const mayBegin = new Uint8Array(1 << 21)
  const byBegin = new Map<number, { canary: Canary; written: string; piece: Buffer }[]>()
  for (const canary of values) {
    for (const { written, bytes, step, piece } of writtenForms(secretPart(canary.value))) {
      for (let from = 0; from + piece <= bytes.length; from += step) {
        const begin = beginAt(bytes, from)
        mayBegin[begin >> 3] = (mayBegin[begin >> 3] ?? 0) | (1 << (begin & 7))
        const others = byBegin.get(begin) ?? []
        byBegin.set(begin, others)
        others.push({ canary, written, piece: bytes.subarray(from, from + piece) })
      }
    }
  }

  return {
    count: values.length,
    in: bytes => {
      const found = new Map<Canary, Hit>()
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let begin = ((text[0] ?? 0) << 8) | (text[1] ?? 0)
      for (let at = 0; at + 2 < text.length; at += 1) {
        begin = ((begin << 8) | (text[at + 2] ?? 0)) & 0xffffff
        if (((mayBegin[begin >> 3] ?? 0) & (1 << (begin & 7))) === 0) continue
        for (const { canary, written, piece } of byBegin.get(begin) ?? []) {
          const end = at + piece.length
          if (found.has(canary) || end > text.length || piece.compare(text, at, end) !== 0) continue
          found.set(canary, { canary, written, at })
        }
      }
      return [...found.values()]
    },
  }
}

function beginAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
}

function secretPart(value: string): string {
  const [, , signature] = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(value) ? value.split('.') : []
  return signature ?? value
}

function writtenForms(value: string): Written[] {
  const utf8 = Buffer.from(value)
  const forms: Written[] = [
    { written: 'UTF-8', bytes: utf8, step: 1, piece: PIECE },
    { written: 'UTF-16', bytes: Buffer.from(value, 'utf16le'), step: 2, piece: 2 * PIECE },
    { written: 'hexadecimal', bytes: Buffer.from(utf8.toString('hex')), step: 2, piece: 2 * PIECE },
    {
      written: 'hexadecimal',
      bytes: Buffer.from(utf8.toString('hex').toUpperCase()),
      step: 2,
      piece: 2 * PIECE,
    },
  ]
  // The bytes of a key that is carried as base64.
  if (value.endsWith('='))
    forms.push({ written: 'bytes', bytes: Buffer.from(value, 'base64'), step: 1, piece: PIECE })
  for (const before of [0, 1, 2]) {
    // What stands before or after the value shares the characters at its ends.
    const whole = Buffer.concat([Buffer.alloc(before), utf8])
      .toString('base64')
      .replaceAll('=', '')
    const text = whole.slice(before === 0 ? 0 : before + 1, (utf8.length + before) % 3 === 0 ? undefined : -1)
    const piece = Math.min(PIECE + 4, text.length)
    forms.push({ written: 'base64', bytes: Buffer.from(text), step: 1, piece })
    const url = text.replaceAll('+', '-').replaceAll('/', '_')
    if (url !== text) forms.push({ written: 'base64url', bytes: Buffer.from(url), step: 1, piece })
  }
  return forms
}
