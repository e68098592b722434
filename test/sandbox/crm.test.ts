import { describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'

const CRM = 'https://app.futuresimple.com'

const { visitor } = await anewForEachTest()

describe('the demo CRM', () => {
  it.each(['/leads', '/leads/7', '/crm/contacts/1', '/sales/deals/2', '/dashboards/main'])(
    'serves its page at %s',
    async path => {
      const answer = await visitor.send(CRM + path)
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('<span>Demo CRM</span>')
      expect(answer.text).toContain('elena.marchetti@northwind.example')
      expect(answer.text).toMatch(/<footer>Sandbox: /)
    },
  )

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

  it('serves its own script and style, and knows nothing of an extension', async () => {
    const script = await visitor.send(`${CRM}/assets/app.js`)
    const style = await visitor.send(`${CRM}/assets/app.css`)
    const page = await visitor.send(`${CRM}/leads`)
    expect(script.headers['content-type']).toContain('text/javascript')
    expect(style.headers['content-type']).toContain('text/css')
    for (const { text } of [script, style, page]) expect(text).not.toMatch(/dealpass|chrome\.|postMessage/i)
  })

  it('starts at the leads', async () => {
    expect((await visitor.visit(`${CRM}/`)).url).toBe(`${CRM}/leads`)
  })
})
