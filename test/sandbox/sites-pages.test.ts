import { type Browser, chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureChromium } from '../../scripts/browsers'
import { anewForEachTest } from './anew'

const CRM = 'https://crm.acme.example'

const { sandbox } = await anewForEachTest({ plainHttp: true })

let browser: Browser
let page: Page
const errors: string[] = []

// What a policy and a rule of origins do only a browser can tell.
beforeAll(async () => {
  const { port, httpPort } = sandbox
  const rules = `MAP *:443 127.0.0.1:${port}, MAP *:8443 127.0.0.1:${port}, MAP *:80 127.0.0.1:${httpPort}`
  browser = await chromium.launch({
    executablePath: ensureChromium(),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      `--host-resolver-rules=${rules}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
    ],
  })
  page = await browser.newPage({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } })
  page.on('pageerror', error => errors.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
})
beforeEach(() => {
  errors.length = 0
})
afterAll(() => browser.close())

describe('the CRM’s page', () => {
  it('says that there is nothing to show, without an error, while no script is there', async () => {
    await page.goto(`${CRM}/`)
    const shown = () => getComputedStyle(document.querySelector('#widget') as Element, '::before').content
    expect(await page.evaluate(shown)).toBe('"Nothing to show yet."')
    expect(errors).toEqual([])
  })

  it('runs its scripts in order, classic ones that find the widget’s place', async () => {
    const files = {
      '/dealpass.js': 'var sdk = [typeof document.currentScript]',
      '/widget.js': "document.querySelector('#widget').append(sdk + ' ' + (this === window))",
    }
    sandbox.set('sites', { files })
    await page.goto(`${CRM}/accounts/1`)
    expect(await page.locator('#widget').textContent()).toBe('object true')
    expect(errors).toEqual([])
  })

  it('may call SalesOS’ API, and read the answer, but no other address', async () => {
    await page.goto(`${CRM}/`)
    const call = (url: string) =>
      page.evaluate(
        address =>
          fetch(address, { headers: { authorization: 'Bearer none' } }).then(
            ({ status }) => status,
            () => 'blocked',
          ),
        url,
      )
    expect(await call('https://api.play2sell.com/v1/leads')).toBe(401)
    expect(await call('https://evil.example/blank')).toBe('blocked')
    expect(sandbox.saw({ host: 'evil.example' })).toEqual([])
  })

  it.each([1280, 420])('does not scroll sideways at %i pixels', async width => {
    await page.setViewportSize({ width, height: 800 })
    for (const path of ['/', '/accounts/1']) {
      await page.goto(CRM + path)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
  })
})

describe('a site', () => {
  it('has copies that are other origins', async () => {
    const origins: string[] = []
    for (const origin of [CRM, 'http://crm.acme.example', `${CRM}:8443`, 'https://crm.\u0430cme.example']) {
      await page.goto(`${origin}/blank`)
      origins.push(await page.evaluate(() => `${location.origin} ${isSecureContext}`))
    }
    expect(origins).toEqual([
      'https://crm.acme.example true',
      'http://crm.acme.example false',
      'https://crm.acme.example:8443 true',
      'https://crm.xn--cme-5cd.example true',
    ])
    expect(errors).toEqual([])
  })

  it('has the browser prerender a page', async () => {
    await page.goto(`${CRM}/prerender`)
    const { headers } = await sandbox.waitFor({ host: 'crm.acme.example', path: '/blank' })
    expect(headers['sec-purpose']).toBe('prefetch;prerender')
  })
})
