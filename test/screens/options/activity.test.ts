import { createElement } from 'preact'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { browser } from '../../../src/browser'
import { Activity } from '../../../src/screens/options/activity'
import { csvOf, exportName, jsonOf } from '../../../src/screens/options/activity-export'
import { filtered, noFilter } from '../../../src/screens/options/activity-filter'
import { activityWords } from '../../../src/screens/options/activity-words'
import { lastUse } from '../../../src/screens/options/last-use'
import { receipts } from '../../../src/screens/options/receipts'
import { refusal } from '../../../src/screens/ui/connect'
import { methodOf, type PathTemplate, type Receipt, receiptNews } from '../../../src/shared/receipt'
import { reasonTexts } from '../../../src/shared/texts/errors'
import type { View } from '../../../src/shared/view'
import { exampleConnection, exampleSetup, exampleView, one, other } from '../example'
import { Drawn, draw, until } from '../ui/drawn'

const noon = new Date(2026, 9, 5, 12).getTime()
const minute = 60_000
const day = 24 * 60 * minute
const site = 'https://crm.example'
const path = '/v2/leads/:id' as PathTemplate

let last = 0
function receipt(changes: Partial<Receipt> = {}): Receipt {
  last += 1
  const at = changes.at ?? noon
  return {
    id: last,
    kind: 'used',
    at,
    since: at,
    count: 1,
    site,
    provider: one,
    connection: 'ada',
    ...(changes.kind && changes.kind !== 'used' ? {} : { use: 'fetch', method: 'GET', path }),
    ...changes,
  }
}

const view: View = exampleView({ connections: [exampleConnection()] })
const name = 'Sell – ada@acme.example'

describe('activityWords', () => {
  it.each<[Partial<Receipt>, string, string[]]>([
    [
      { kind: 'asked', use: 'fetch', access: 'read' },
      `Asked to use ${name}`,
      ['to read', 'through Dealpass'],
    ],
    [
      { kind: 'asked', connection: undefined, use: 'token' },
      'Asked to use Sell',
      ['with a token of its own'],
    ],
    [{ kind: 'asked', connection: undefined, provider: undefined }, 'Asked to use a login', []],
    [
      { kind: 'allowed', use: 'fetch', access: 'change', until: 'hours' },
      `You allowed ${name}`,
      ['to read and change', 'through Dealpass', 'for 8 hours'],
    ],
    [{ kind: 'denied' }, `You denied ${name}`, []],
    [
      { kind: 'refused', fault: { code: 'not-permitted', reason: 'read-only' } },
      'Refused: This page may read only. It did not change anything.',
      [name],
    ],
    [
      { kind: 'refused', fault: { code: 'provider-unreachable' } },
      'Refused: Sell does not answer. Your login is safe; check your network and try again.',
      [name],
    ],
    [{}, 'Called GET /v2/leads/:id', [name]],
    [
      { fault: { code: 'provider-unreachable', reason: 'relay-unreachable' } },
      `Called GET /v2/leads/:id · failed: ${reasonTexts['relay-unreachable']}`,
      [name],
    ],
    [{ path: undefined, method: undefined }, 'Called the API', [name]],
    [{ connection: 'gone' }, 'Called GET /v2/leads/:id', ['Sell']],
    [{ connection: 'gone', provider: 'left' }, 'Called GET /v2/leads/:id', ['left']],
    [{ provider: undefined }, 'Called GET /v2/leads/:id', [name]],
    [
      { fault: { code: 'stopped' } },
      'Called GET /v2/leads/:id · failed: Everything is stopped. Switch “Stop everything” off in Dealpass to go on.',
      [name],
    ],
    [{ use: 'token' }, 'Got a token', [name]],
    [
      { use: 'token', fault: { code: 'reconnect-required', reason: 'sign-in-again' } },
      'Asked for a token · failed: Sign in again. Click Reconnect.',
      [name],
    ],
    [{ kind: 'ended' }, 'Permit ended', [name]],
    [{ kind: 'ended', revoked: true }, 'Permit ended · token revoked', [name]],
    [
      { kind: 'ended', revoked: false },
      'Permit ended · its token could not be revoked and works until it runs out',
      [name],
    ],
  ])('says of %j: %s', (changes, what, details) => {
    expect(activityWords(view, receipt(changes))).toEqual({ what, details })
  })
})

describe('filtered', () => {
  const all = [
    receipt(),
    receipt({ method: 'POST', path: '/v2/deals' as PathTemplate }),
    receipt({ site: 'https://other.example', connection: undefined, provider: other }),
    receipt({ kind: 'refused', fault: { code: 'stopped' } }),
  ]
  const [lead, deal, elsewhere, refused] = all
  it.each([
    [{}, all],
    [{ search: 'LEADS' }, [lead, elsewhere]],
    [{ search: ' ada  post ' }, [deal]],
    [{ search: 'salesos' }, [elsewhere]],
    [{ search: 'other.example' }, [elsewhere]],
    [{ search: 'stopped' }, [refused]],
    [{ search: 'nothing like it' }, []],
    [{ kind: 'refused' }, [refused]],
    [{ site: 'https://other.example' }, [elsewhere]],
    [{ site: 'https://other' }, []],
    [{ kind: 'used', site, search: 'deals' }, [deal]],
  ] as const)('lets through by %j', (filter, fitting) => {
    expect(filtered(view, all, { ...noFilter, ...filter })).toEqual(fitting)
  })
})

/** The rows of a CSV text, read as RFC 4180 says. */
function rowsOf(csv: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

const withAccount = (account: string) =>
  exampleView({ connections: [exampleConnection({ account: { id: '1', name: account } })] })

describe('csvOf', () => {
  it('has a line for each receipt, the first for the names, with CRLF', () => {
    const at = Date.UTC(2026, 9, 5, 12)
    const lines = [
      receipt({ at, since: at - minute, count: 3, access: 'read' }),
      receipt({ at, kind: 'ended', connection: 'gone', revoked: false }),
      receipt({ at, kind: 'refused', fault: { code: 'not-permitted', reason: 'no-permit' } }),
      receipt({ at, kind: 'allowed', use: 'token', access: 'change', until: 'always' }),
    ]
    expect(csvOf(view, lines)).toBe(
      [
        'at,since,count,kind,site,provider,account,use,access,method,path,until,code,reason,revoked',
        '2026-10-05T12:00:00.000Z,2026-10-05T11:59:00.000Z,3,used,https://crm.example,Sell,ada@acme.example,fetch,read,GET,/v2/leads/:id,,,,',
        '2026-10-05T12:00:00.000Z,2026-10-05T12:00:00.000Z,1,ended,https://crm.example,Sell,,,,,,,,,false',
        '2026-10-05T12:00:00.000Z,2026-10-05T12:00:00.000Z,1,refused,https://crm.example,Sell,ada@acme.example,,,,,,not-permitted,no-permit,',
        '2026-10-05T12:00:00.000Z,2026-10-05T12:00:00.000Z,1,allowed,https://crm.example,Sell,ada@acme.example,token,change,,,always,,,',
        '',
      ].join('\r\n'),
    )
  })

  it.each([
    ['Lovelace, Ada', 'Lovelace, Ada'],
    ['"Ada"', '"Ada"'],
    ['Ada\r\nLovelace', 'Ada\r\nLovelace'],
    ['=HYPERLINK("https://evil.example")', '\'=HYPERLINK("https://evil.example")'],
    ['+1 234', "'+1 234"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', "'\rx"],
    ['\nx', "'\nx"],
    ['＝1+1', "'＝1+1"],
    ["'quoted", "'quoted"],
    ['a=b', 'a=b'],
  ])('writes an account named %j as text', (account, cell) => {
    const [names = [], row = []] = rowsOf(csvOf(withAccount(account), [receipt()]))
    expect(row).toHaveLength(names.length)
    expect(row[names.indexOf('account')]).toBe(cell)
  })

  it('doubles quotes inside quotes', () => {
    expect(csvOf(withAccount('a "b", c'), [receipt()])).toContain(',"a ""b"", c",')
  })
})

describe('jsonOf', () => {
  it('is what is kept, and reads back as such', () => {
    const lines = [receipt(), receipt({ kind: 'refused', fault: { code: 'stopped' } })]
    expect(JSON.parse(jsonOf(lines))).toEqual(JSON.parse(JSON.stringify(lines)))
    expect(jsonOf([])).toBe('[]\n')
  })
})

describe('exportName', () => {
  it('has the day here', () => {
    expect(exportName('csv', new Date(2026, 0, 5, 23, 59).getTime())).toBe('dealpass-activity-2026-01-05.csv')
  })
})

describe('lastUse', () => {
  it('is the latest use of that connection by that site', () => {
    const permit = { site, connection: 'ada' }
    const used = [
      receipt({ at: 5 }),
      receipt({ at: 7 }),
      receipt({ at: 6 }),
      receipt({ at: 9, kind: 'allowed' }),
      receipt({ at: 10, site: 'https://other.example' }),
      receipt({ at: 11, connection: 'bob' }),
    ]
    expect(lastUse(used, permit)).toBe(7)
    expect(lastUse(used.slice(3), permit)).toBeUndefined()
  })
})

describe('methodOf', () => {
  it.each([
    [undefined, 'GET'],
    ['post', 'POST'],
    ['eyJhbGciOi', undefined],
  ])('takes %j for %j', (word, method) => {
    expect(methodOf(word)).toBe(method)
  })
})

describe('Activity', () => {
  let log: Receipt[]
  let asked: number

  beforeEach(() => {
    log = []
    asked = 0
    receipts.value = undefined
    Object.assign(browser.runtime, {
      sendMessage: async () => {
        asked += 1
        return { ok: true, value: structuredClone(log) }
      },
    })
  })

  /** The section once it has read the log. */
  async function drawn(lines: Receipt[], shown: View = view): Promise<Drawn> {
    log = lines
    const root = draw(createElement(Activity, { view: shown }))
    await until(() => receipts.value !== undefined)
    await redrawn()
    return root
  }

  const redrawn = () => new Promise(resolve => setTimeout(resolve, 5))
  const texts = (root: Drawn) => root.all('li').map(({ text }) => text)
  const change = async (root: Drawn, selector: string, value: string) => {
    const field = root.querySelector(selector)
    if (!field) throw new Error(`There is no ${selector}`)
    field.value = value
    field.fire(selector.startsWith('input') ? 'input' : 'change')
    await redrawn()
  }

  it('says what it is for while there is nothing', async () => {
    expect((await drawn([])).text).toBe('Nothing yet. It begins when a page asks for one of your logins.')
  })

  it('says so where the setup keeps nothing', async () => {
    const setup = exampleSetup({ rules: { keepReceiptsDays: 0 } })
    expect((await drawn([], exampleView({ setup }))).text).toBe('Your company’s setup keeps no activity log.')
  })

  it.each([
    [undefined, 'Lines are kept for 30 days, the newest 2,000 at most.'],
    [1, 'Lines are kept for one day, the newest 2,000 at most.'],
    [7, 'Lines are kept for 7 days, the newest 2,000 at most.'],
  ])('says how long lines are kept: %j', async (keepReceiptsDays, sentence) => {
    const setup = exampleSetup({ rules: { keepReceiptsDays } })
    expect((await drawn([receipt()], exampleView({ setup }))).text).toContain(sentence)
  })

  it('lists lines by day, with how often and since when', async () => {
    const root = await drawn([
      receipt({ count: 12, since: noon - 20 * minute }),
      receipt({ count: 2, use: 'token' }),
      receipt({ at: noon - day, kind: 'denied' }),
    ])
    // Versions of ICU differ in the comma.
    const days = root.all('h3').map(({ text }) => text.replace(',', ''))
    expect(days).toEqual(['Monday 5 October 2026', 'Sunday 4 October 2026'])
    const [first, second, third] = texts(root)
    expect(first).toMatch(/Called GET \/v2\/leads\/:id ×12 since .*11:40/)
    expect(first).toContain(`https://crm.example · ${name}`)
    expect(second).toMatch(/Got a token ×2https/)
    expect(third).toContain(`You denied ${name}`)
    expect(root.text).toContain('Showing 3 of 3.')
  })

  it('has a label for each field', async () => {
    const root = await drawn([receipt()])
    expect(root.all('label').map(label => label.all('span')[0]?.text)).toEqual(['Search', 'What', 'Site'])
    expect(root.all('label')).toHaveLength(root.all('input').length + root.all('select').length)
  })

  it('shows 50 at first and more on demand, where the focus then is', async () => {
    const root = await drawn(Array.from({ length: 70 }, (_, index) => receipt({ at: noon - index })))
    expect(root.all('li')).toHaveLength(50)
    expect(root.text).toContain('Showing 50 of 70.')
    root.click('Show more')
    await redrawn()
    expect(root.all('li')).toHaveLength(70)
    expect(root.buttons).not.toContain('Show more')
    expect(Drawn.focused).toBe(root.all('li')[50])
    await change(root, 'input[name=search]', 'leads')
    expect(root.all('li')).toHaveLength(50)
  })

  it('filters by search, kind and site, and says when nothing fits', async () => {
    const root = await drawn([
      receipt(),
      receipt({ kind: 'refused', fault: { code: 'stopped' } }),
      receipt({ site: 'https://other.example' }),
    ])
    await change(root, 'select[name=kind]', 'refused')
    expect(texts(root)).toEqual([expect.stringContaining('Refused: Everything is stopped.')])
    await change(root, 'select[name=kind]', '')
    await change(root, 'select[name=site]', 'https://other.example')
    expect(texts(root)).toEqual([expect.stringContaining('https://other.example')])
    await change(root, 'input[name=search]', 'deals')
    expect(root.text).toContain('Nothing fits.')
    expect(root.buttons).toEqual([])
  })

  it('asks again when the background says that there is more, and keeps what was chosen', async () => {
    const root = await drawn([receipt()])
    await change(root, 'select[name=site]', site)
    log = [receipt({ site: 'https://other.example', use: 'token' })]
    const channel = new BroadcastChannel(receiptNews)
    channel.postMessage('changed')
    await until(() => asked === 2)
    await redrawn()
    channel.close()
    expect(root.text).toContain('Nothing fits.')
    expect(root.all('option').map(({ text }) => text)).toContain(site)
  })

  it('says why where the background refuses', async () => {
    Object.assign(browser.runtime, {
      sendMessage: async () => ({ ok: false, error: { code: 'unexpected' } }),
    })
    draw(createElement(Activity, { view }))
    await until(() => refusal.value !== undefined)
    expect(refusal.value).toContain('Something went wrong')
  })

  it('exports what the filters let through', async () => {
    const files: Blob[] = []
    const clicked: string[] = []
    const addresses = {
      createObjectURL: (blob: Blob) => `blob:${files.push(blob)}`,
      revokeObjectURL: () => undefined,
    }
    vi.stubGlobal('URL', Object.assign(class extends URL {}, addresses))
    const link = { href: '', download: '', click: () => clicked.push(`${link.href} ${link.download}`) }
    vi.stubGlobal('document', Object.assign(document, { createElement: () => link }))
    const wanted = receipt({ path: '/v2/deals' as PathTemplate })
    const root = await drawn([receipt(), wanted])
    await change(root, 'input[name=search]', 'deals')
    root.click('Export as CSV')
    root.click('Export as JSON')
    const today = exportName('csv', Date.now())
    expect(clicked).toEqual([`blob:1 ${today}`, `blob:2 ${today.replace('.csv', '.json')}`])
    const [csv, json] = files
    expect(csv?.type).toBe('text/csv')
    // `text()` takes the mark away, as whoever reads UTF-8 does.
    expect([...new Uint8Array((await csv?.arrayBuffer()) ?? []).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(rowsOf((await csv?.text()) ?? '')).toHaveLength(2)
    expect(JSON.parse((await json?.text()) ?? '')).toEqual([JSON.parse(JSON.stringify(wanted))])
  })
})
