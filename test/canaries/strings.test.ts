import { expect, it } from 'vitest'
import { stringsIn } from './strings'

it('reaches what is nested, named, behind symbols and in bytes, and no accessor', () => {
  const circle: Record<string, unknown> = { name: 'in an object' }
  circle.self = circle
  const start = [
    circle,
    new Map([[{ key: 'in a key' }, 'in a map']]),
    new Set(['in a set']),
    { [Symbol('hidden')]: 'behind a symbol' },
    Object.assign(() => {}, { note: 'on a function' }),
    new TextEncoder().encode('in bytes'),
    new DataView(new TextEncoder().encode('xin a viewx').buffer, 1, 9),
    {
      get trap(): string {
        throw new Error('An accessor was called.')
      },
    },
  ]
  const found = stringsIn(start).split('\n')
  for (const text of ['in an object', 'in a key', 'in a map', 'in a set', 'behind a symbol', 'on a function'])
    expect(found).toContain(text)
  expect(found).toContain('in bytes')
  expect(found).toContain('in a view')
})

it('stands alone, as text that can be sent elsewhere', () => {
  const elsewhere = new Function(`const __name = run => run; return (${stringsIn})`)() as typeof stringsIn
  expect(elsewhere({ a: ['deep'] })).toContain('deep')
})
