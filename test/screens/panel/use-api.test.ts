import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../src/shared/errors'
import { errorTexts } from '../../../src/shared/texts/errors'
import { until } from '../../fakes/worker'
import { exampleConnection as connection } from '../example'
import { openPanel, permittedView } from './drawn'

const path = 'sell leads?per_page=5'
const view = permittedView([connection()])
const sentence = (code: ErrorCode) => errorTexts[code].replaceAll('{provider}', 'Sell')

describe('a call that failed', () => {
  it.each([
    ['a 429 without a body', { status: 429 }, 'rate-limited'],
    ['a 403', { status: 403, body: {} }, 'scope-missing'],
    ['a 401 that came through', { status: 401, body: { items: [] } }, 'provider-rejected'],
    ['a 503', { status: 503, body: { items: [] } }, 'provider-rejected'],
    ['an answer without a body', { status: 200 }, 'provider-rejected'],
    ['an answer of another shape', { body: { leads: [] } }, 'provider-rejected'],
    ['the background’s no', 'provider-unreachable', 'provider-unreachable'],
  ] as const)('says what %s means, and can be tried again', async (_, answer, code) => {
    const { root, api, shows } = openPanel(view, { [path]: answer })
    await shows(sentence(code))
    const [again] = root.find('button')
    expect(again?.text).toBe('Try again')
    api[path] = { body: { items: [{ data: { id: 1, last_name: 'Marchetti' } }] } }
    again?.click()
    await shows('Marchetti')
    expect(root.text).not.toContain(sentence(code))
  })

  it('is not the answer of the page before', async () => {
    const { root, go, shows } = openPanel(view, {
      [path]: { body: { items: [{ data: { id: 1, last_name: 'Of the list' } }] } },
      'sell leads/7': { body: { data: { id: 7, last_name: 'Of the page' } } },
    })
    await shows('Of the list')
    go('/leads/7')
    await shows('Of the page')
    expect(root.text).not.toContain('Of the list')
    go('/leads/8')
    await shows('Sell has no lead with this number')
    expect(root.text).not.toContain('Of the page')
  })

  it('nor shows as long as this page’s is not there', async () => {
    const { root, calls, go, shows } = openPanel(
      view,
      {
        'sell leads/7': { body: { data: { id: 7, last_name: 'Of the page' } } },
        'sell leads/8': new Promise<never>(() => undefined),
      },
      '/leads/7',
    )
    await shows('Of the page')
    go('/leads/8')
    await until(() => calls.includes('ada leads/8'))
    expect(root.text).not.toContain('Of the page')
  })
})
