import { type Browser, chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureChromium } from '../../scripts/browsers'
import { anewForEachTest } from './anew'

const CRM = 'https://app.futuresimple.com'

const { sandbox } = await anewForEachTest()

let browser: Browser
let page: Page
const errors: string[] = []

// The page is made by its scripts, so a browser has to run them; one page for all, since it keeps nothing.
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: ensureChromium(),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      `--host-resolver-rules=MAP *:443 127.0.0.1:${sandbox.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
    ],
  })
  page = await browser.newPage({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } })
  page.on('pageerror', error => errors.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(`${CRM}/leads`)
})
afterAll(() => browser.close())

/** Goes to a page as the browser's buttons do. Loading each anew would take most of this file's time. */
const go = (path: string) =>
  page.evaluate(to => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
const widthAt = async (width: number) => {
  await page.setViewportSize({ width, height: 800 })
  return page.evaluate('document.documentElement.scrollWidth')
}
const current = () => page.locator('.side [aria-current]').innerText()
const heading = () => page.locator('h1').innerText()

describe('the demo CRM in a browser', () => {
  it.each([
    ['/leads', 'Leads', 'Leads', '12 leads'],
    ['/leads/3', 'Aiko Tanabe', 'Leads', 'CFO at Kumo Robotics'],
    ['/leads/99', 'No such lead', 'Leads', 'It may have been deleted'],
    ['/crm/contacts', 'Contacts', 'Contacts', '24 contacts'],
    ['/crm/contacts/3', 'Aiko Tanabe', 'Contacts', 'aiko.tanabe@kumo.example'],
    ['/crm/contacts/15', 'Kumo Robotics', 'Contacts', 'office@kumo.example'],
    ['/crm/contacts/99', 'No such contact', 'Contacts', 'It may have been deleted'],
    ['/sales', 'Deals', 'Deals', '16 deals'],
    ['/sales/deals/3', 'Annual plan, three plants', 'Deals', '€132,000'],
    ['/sales/deals/14', 'First two stores', 'Deals', '€12,499.50'],
    ['/sales/deals/99', 'No such deal', 'Deals', 'It may have been deleted'],
    ['/dashboards/main', 'Dashboard', 'Dashboard', 'Largest open deals'],
    ['/settings/integrations', 'Integrations', 'Settings', 'Nightly sync'],
    ['/settings/profile', 'Nothing here', 'Settings', 'not in the sandbox'],
  ])('shows %s, in a window of any width', async (path, title, area, text) => {
    await go(path)
    expect(await heading()).toBe(title)
    expect(await current()).toBe(area)
    expect(await page.locator('main').innerText()).toContain(text)
    expect(await page.title()).toMatch(/ · Demo CRM$/)
    expect(await widthAt(620)).toBeLessThanOrEqual(620)
    expect(await widthAt(1280)).toBeLessThanOrEqual(1280)
    expect(errors).toEqual([])
  })

  it('goes from page to page by its links, without loading again, and back', async () => {
    await page.goto(`${CRM}/leads/3`)
    await page.evaluate('globalThis.isSamePage = true')
    const follow = async (name: string, path: string, title: string) => {
      await page.locator('main, .side').getByRole('link', { name }).first().click()
      expect([new URL(page.url()).pathname, await heading()]).toEqual([path, title])
    }
    await follow('Annual plan', '/sales/deals/3', 'Annual plan, three plants')
    await follow('Aiko Tanabe', '/crm/contacts/3', 'Aiko Tanabe')
    await follow('Kumo Robotics', '/crm/contacts/15', 'Kumo Robotics')
    await follow('Pilot, one plant', '/sales/deals/13', 'Pilot, one plant')
    await follow('Next', '/sales/deals/14', 'First two stores')
    for (const [name, path, title] of [
      ['Dashboard', '/dashboards/main', 'Dashboard'],
      ['Leads', '/leads', 'Leads'],
      ['Contacts', '/crm/contacts', 'Contacts'],
      ['Deals', '/sales', 'Deals'],
      ['Settings', '/settings/integrations', 'Integrations'],
    ] as const)
      await follow(name, path, title)
    await page.goBack()
    expect([new URL(page.url()).pathname, await heading()]).toEqual(['/sales', 'Deals'])
    expect(await page.evaluate('globalThis.isSamePage')).toBe(true)
    expect(sandbox.saw({ server: 'crm', path: /^\/(?!assets)/ })).toHaveLength(1)
  })

  it('searches and filters its lists', async () => {
    const count = page.locator('.count')
    await go('/sales')
    await page.getByLabel('Stage', { exact: true }).selectOption('Negotiation')
    expect(await count.innerText()).toBe('2 deals')
    await page.getByRole('searchbox').fill('kumo')
    expect(await count.innerText()).toBe('1 deal')
    await page.getByRole('searchbox').fill('nobody')
    expect(await page.getByText('No deals match.').isVisible()).toBe(true)
    await go('/crm/contacts')
    await page.getByLabel('Kind').selectOption('Organisations')
    expect(await count.innerText()).toBe('12 contacts')
    await go('/leads')
    await page.getByLabel('Status').selectOption('New')
    expect(await count.innerText()).toBe('3 leads')
  })
})
