import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generated } from '../scripts/generated'

describe('what is generated', () => {
  it.each(Object.entries(generated))('%s is as the sources make it', (file, make) => {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const made = make(text)
    // The formatter writes JSON in its own way.
    if (file.endsWith('.json')) expect(JSON.parse(text)).toEqual(JSON.parse(made))
    else expect(text).toBe(made)
  })

  it('lets no secret into managed policy, where content scripts could read it', () => {
    const text = readFileSync('public/managed_schema.json', 'utf8')
    expect(text).toContain('"clientId"')
    expect(text).not.toMatch(/secret/i)
  })
})
