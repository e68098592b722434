import { describe, expect, it } from 'vitest'
import { reportUnexpected, watched } from '../../src/background/report'
import { world } from '../fakes/world'

describe('reportUnexpected', () => {
  it('says what kind of error and where, and nothing of its words', () => {
    reportUnexpected('a place', new TypeError('failed for token=3f9a5c\n at https://x.example/?code=77'))
    const [report] = world.takeReports()
    expect(report).toMatch(/^Dealpass: unexpected TypeError in a place\n\s+at /)
    expect(report).not.toContain('3f9a5c')
  })

  it('says nothing of the cause, in which libraries keep what the server sent', () => {
    reportUnexpected('a place', new Error('x', { cause: { access_token: '3f9a5c' } }))
    expect(world.takeReports().join()).not.toContain('3f9a5c')
  })

  it('copes with what is no error', () => {
    reportUnexpected('a place', '3f9a5c')
    reportUnexpected('a place', undefined)
    expect(world.takeReports()).toEqual([
      'Dealpass: unexpected string in a place\n',
      'Dealpass: unexpected undefined in a place\n',
    ])
  })

  it('says nothing of a line of the message that looks like a frame', () => {
    reportUnexpected('a place', new Error('first\n    at secret-3f9a5c (https://x.example/)'))
    expect(world.takeReports().join()).not.toContain('3f9a5c')
  })
})

describe('watched', () => {
  it('reports what fails while nobody waits for it', async () => {
    watched('a place', Promise.reject(new RangeError('no')))
    await new Promise(resolve => setImmediate(resolve))
    expect(world.takeReports()).toHaveLength(1)
  })
})
