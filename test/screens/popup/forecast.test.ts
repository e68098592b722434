import { createElement } from 'preact'
import { describe, expect, it } from 'vitest'
import { Forecast } from '../../../src/screens/popup/forecast'
import type { View } from '../../../src/shared/view'
import { exampleConnection, exampleView, other } from '../example'
import { draw, sent } from '../ui/drawn'

const now = 1_000_000
const day = 24 * 60 * 60_000
const lost = { status: 'needs-attention', fault: { code: 'reconnect-required' } } as const
const drawn = (changes: Partial<View>) => draw(createElement(Forecast, { view: exampleView(changes), now }))

describe('Forecast', () => {
  it('is not there while nobody is needed, nor for one lost login, which has a button of its own', () => {
    expect(drawn({ connections: [exampleConnection()] }).text).toBe('')
    expect(drawn({ connections: [exampleConnection(lost)] }).text).toBe('')
  })

  it('offers one button for several lost logins', () => {
    const second = exampleConnection({ ...lost, id: 'bob', provider: other })
    const found = drawn({ connections: [exampleConnection(lost), second] })
    expect(found.text).toContain('Sell and SalesOS')
    found.click('Renew all')
    expect(sent).toEqual([{ name: 'renewAll', input: {} }])
  })

  it('offers it for a login that ends within a day, and not while everything is locked or stopped', () => {
    const ending = [exampleConnection({ loginEndsAt: now + day - 1 })]
    expect(drawn({ connections: ending }).text).toContain('Renew all')
    expect(drawn({ connections: [exampleConnection({ loginEndsAt: now + day })] }).text).toBe('')
    expect(drawn({ connections: ending, lock: 'locked' }).text).toBe('')
    // What is stopped renews nothing.
    expect(drawn({ connections: ending, stopped: true }).text).toBe('')
  })

  it('shows how far it is while it renews, and no second button', () => {
    const found = drawn({
      connections: [exampleConnection(lost), exampleConnection({ ...lost, id: 'bob' })],
      renewing: { done: 1, total: 3 },
    })
    expect(found.text).toContain('2 of 3')
    expect(found.text).not.toContain('Renew all')
  })
})
