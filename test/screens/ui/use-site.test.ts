import { describe, expect, it } from 'vitest'
import { browser } from '../../../src/browser'
import { refusal } from '../../../src/screens/ui/connect'
import { isPanelSite, useSite } from '../../../src/screens/ui/use-site'
import { browserAsked, sent, until } from './drawn'

describe('useSite', () => {
  it('tells the background first, then asks for that very host in the same turn', () => {
    useSite('https://crm.acme.example:8443')
    expect(sent).toEqual([{ name: 'useSite', input: { origin: 'https://crm.acme.example:8443' } }])
    expect(browserAsked.origins).toEqual([['https://crm.acme.example/*']])
    useSite('http://127.0.0.1:4110')
    expect(browserAsked.origins[1]).toEqual(['http://127.0.0.1/*'])
  })

  it('says that the browser would not ask', async () => {
    Object.assign(browser.permissions, { request: () => Promise.reject(new Error('no gesture')) })
    useSite('https://crm.acme.example')
    await until(() => refusal.value !== undefined)
  })
})

describe('isPanelSite', () => {
  it('is what the manifest has a content script for, whatever the port', () => {
    expect(isPanelSite('https://crm.example')).toBe(true)
    expect(isPanelSite('https://crm.example:8443')).toBe(true)
    expect(isPanelSite('http://crm.example')).toBe(false)
    expect(isPanelSite('https://a.crm.example')).toBe(false)
  })
})
