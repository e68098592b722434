import { describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'
import { personalTokens } from './setup'

const CRM = 'https://app.futuresimple.com'

const { visitor } = await anewForEachTest()

describe('the demo CRM', () => {
  it.each([
    '/leads',
    '/leads/7',
    '/crm/contacts',
    '/crm/contacts/1',
    '/sales',
    '/sales/deals/2',
    '/dashboards/main',
    '/settings/integrations',
  ])('serves its page at %s', async path => {
    const answer = await visitor.send(CRM + path)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('<span>Demo CRM</span>')
    expect(answer.text).toContain('elena.marchetti@northwind.example')
    expect(answer.text).toMatch(/<footer>Sandbox: /)
  })

  it('shows no secret, not even the tokens that it names', async () => {
    const { text } = await visitor.send(`${CRM}/settings/integrations`)
    for (const { name, token } of Object.values(personalTokens)) {
      expect(text).toContain(name)
      expect(text).not.toContain(token)
    }
  })

  it('has a policy that leaves frames alone and limits connections', async () => {
    const policy = String((await visitor.send(`${CRM}/leads/1`)).headers['content-security-policy'])
    const directives = Object.fromEntries(policy.split('; ').map(one => [one.split(' ')[0], one]))
    expect(directives['connect-src']).toBe("connect-src 'self' https://api.play2sell.com")
    expect(directives['script-src']).toBe("script-src 'self'")
    expect(policy).not.toContain('unsafe-')
    // `default-src` would apply to frames where neither of these is set (CSP 3 section 6.1.3).
    expect(directives['default-src']).toBeUndefined()
    expect(directives['frame-src']).toBeUndefined()
    expect(directives['child-src']).toBeUndefined()
  })

  it('serves its own scripts and styles, and knows nothing of an extension', async () => {
    const page = await visitor.send(`${CRM}/leads`)
    const found = new Map([[`${CRM}/leads`, page.text]])
    const load = async (url: string, type: string) => {
      if (found.has(url)) return
      const answer = await visitor.send(url)
      expect([answer.status, answer.headers['content-type']]).toEqual([200, `${type}; charset=utf-8`])
      found.set(url, answer.text)
      for (const [, name = ''] of answer.text.matchAll(/ from '([^']+)'/g))
        await load(new URL(name, url).href, 'text/javascript')
    }
    for (const [, path = ''] of page.text.matchAll(/<link rel="stylesheet" href="([^"]+)"/g))
      await load(CRM + path, 'text/css')
    const preloaded = [...page.text.matchAll(/<link rel="modulepreload" href="([^"]+)"/g)]
    expect(preloaded).toHaveLength(7)
    for (const [, path = ''] of preloaded) await load(CRM + path, 'text/javascript')
    for (const [, path = ''] of page.text.matchAll(/<script src="([^"]+)"/g))
      await load(CRM + path, 'text/javascript')
    expect(found.size).toBe(1 + 1 + 8)
    // One style of several files.
    for (const part of ['.side', '.bars', '.track', '.tiles'])
      expect(found.get(`${CRM}/assets/app.css`)).toContain(`${part} {`)
    for (const text of found.values()) {
      expect(text).not.toMatch(/dealpass|chrome\.|postMessage/i)
      expect(text).not.toMatch(/(?:src|href|url\(|from|import)[=( ]*["']https?:/)
    }
  })

  it('starts at the leads', async () => {
    expect((await visitor.visit(`${CRM}/`)).url).toBe(`${CRM}/leads`)
  })
})
