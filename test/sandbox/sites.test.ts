import { domainToUnicode } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anewForEachTest } from './anew'
import { bearer, codeTokens } from './flows'
import { startSandbox } from './sandbox'
import { siteHosts } from './sites/hosts'
import { createVisitor } from './visitor'

const CRM = 'https://crm.acme.example'
const PLAIN = ['/blank', '/child', '/cached', '/embed', '/prerender']

const { sandbox, visitor } = await anewForEachTest({ plainHttp: true }, { mayViolate: true })

const scriptsOf = (text: string) => [...text.matchAll(/<script src="([^"]+)"/g)].map(([, path]) => path)

describe('the hosts', () => {
  it('have one that reads like the CRM and is another', () => {
    expect(siteHosts.cyrillic).toBe('crm.xn--cme-5cd.example')
    expect(domainToUnicode(siteHosts.cyrillic)).toBe('crm.\u0430cme.example')
  })
})

describe.each(Object.values(siteHosts))('the plain pages of %s', host => {
  it('have neither a policy nor a script, and may be kept for going back', async () => {
    for (const path of PLAIN) {
      const { status, headers, text } = await visitor.send(`https://${host}${path}`)
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
      expect(headers['content-security-policy']).toBeUndefined()
      expect(headers['x-frame-options']).toBeUndefined()
      expect(headers['cache-control']).toBe(path === '/cached' ? 'max-age=60' : 'no-cache')
      expect(/<script\b[^>]*>/.exec(text)?.[0]).toBe(
        path === '/prerender' ? '<script type="speculationrules">' : undefined,
      )
    }
    expect((await visitor.send(`https://${host}/blank`)).text).toContain('<body></body>')
    expect((await visitor.send(`https://${host}/favicon.ico`)).status).toBe(204)
  })
})

describe('/embed', () => {
  const frameOf = async (query: Record<string, string>) =>
    /<body>(.*)<\/body>/.exec(
      (await visitor.send(`https://evil.example/embed?${new URLSearchParams(query)}`)).text,
    )?.[1]

  it('frames an address, in a sandbox where one is given', async () => {
    expect(await frameOf({ src: `${CRM}/child` })).toBe(`<iframe src="${CRM}/child"></iframe>`)
    expect(await frameOf({ src: '/child', sandbox: 'allow-scripts' })).toBe(
      '<iframe src="/child" sandbox="allow-scripts"></iframe>',
    )
    expect(await frameOf({ src: '/child', sandbox: '' })).toBe('<iframe src="/child" sandbox=""></iframe>')
  })

  it('takes an address for nothing else', async () => {
    const src = 'data:text/html,<b>"&'
    expect(await frameOf({ src, sandbox: '">' })).toBe(
      '<iframe src="data:text/html,&#60;b&#62;&#34;&#38;" sandbox="&#34;&#62;"></iframe>',
    )
  })
})

describe('/prerender', () => {
  it('has the browser prerender /blank', async () => {
    const { text } = await visitor.send(`${CRM}/prerender`)
    const rules: unknown = JSON.parse(/<script type="speculationrules">(.*)<\/script>/.exec(text)?.[1] ?? '')
    expect(rules).toEqual({ prerender: [{ source: 'list', urls: ['/blank'], eagerness: 'immediate' }] })
  })
})

describe('the CRM', () => {
  it.each(['/', '/accounts/1', '/accounts/12'])(
    'serves its page at %s, with a place for a widget',
    async path => {
      const answer = await visitor.send(CRM + path)
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
      expect(answer.text).toContain('<h2 id="leads">Leads</h2><div id="widget-actions"></div>')
      expect(answer.text.match(/<div id="widget"[^>]*><\/div>/g)).toHaveLength(1)
      expect(answer.text).toContain('<footer>Sandbox: ')
    },
  )

  it('says on an account’s page whose lead it is', async () => {
    const { text } = await visitor.send(`${CRM}/accounts/3`)
    expect(text).toContain('<div id="widget" data-lead="3" data-email="aiko.tanabe@kumo.example"></div>')
    expect((await visitor.send(`${CRM}/`)).text).toContain('<div id="widget"></div>')
  })

  it('has a policy that allows its own files and calls to SalesOS, and nothing else', async () => {
    for (const path of ['/', '/accounts/1']) {
      expect((await visitor.send(CRM + path)).headers['content-security-policy']).toBe(
        [
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self' data:",
          "connect-src 'self' https://api.play2sell.com",
          "base-uri 'none'",
          "form-action 'self'",
          "frame-ancestors 'none'",
        ].join('; '),
      )
    }
    const style = await visitor.send(`${CRM}/desk.css`)
    expect([style.status, style.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8'])
  })

  it('is at its own host alone, and has no account that it does not list', async () => {
    for (const host of Object.values(siteHosts).filter(one => one !== siteHosts.crm)) {
      for (const path of ['/', '/accounts/1', '/desk.css'])
        expect((await visitor.send(`https://${host}${path}`)).status).toBe(404)
    }
    for (const path of ['/accounts/0', '/accounts/13', '/accounts/x'])
      expect((await visitor.send(CRM + path)).status).toBe(404)
  })
})

describe('files', () => {
  it('are loaded by the CRM where they are there, the SDK first, until reset', async () => {
    expect(scriptsOf((await visitor.send(`${CRM}/`)).text)).toEqual([])
    expect((await visitor.send(`${CRM}/widget.js`)).status).toBe(404)
    sandbox.set('sites', { files: { '/widget.js': 'draw()' } })
    expect(scriptsOf((await visitor.send(`${CRM}/`)).text)).toEqual(['/widget.js'])
    sandbox.set('sites', { files: { '/widget.js': 'draw()', '/other.js': '', '/dealpass.js': 'sdk()' } })
    for (const path of ['/', '/accounts/1'])
      expect(scriptsOf((await visitor.send(CRM + path)).text)).toEqual(['/dealpass.js', '/widget.js'])
    sandbox.reset()
    expect(scriptsOf((await visitor.send(`${CRM}/`)).text)).toEqual([])
    expect((await visitor.send(`${CRM}/widget.js`)).status).toBe(404)
  })

  it('are served by every site, and never kept', async () => {
    sandbox.set('sites', { files: { '/widget.js': '"ä"', '/empty.js': '' } })
    for (const host of sandbox.hosts.filter(one => Object.values(siteHosts).includes(one))) {
      const { status, headers, text } = await visitor.send(`https://${host}/widget.js`)
      expect([status, text]).toEqual([200, '"ä"'])
      expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
      expect(headers['cache-control']).toBe('no-store')
      expect((await visitor.send(`https://${host}/empty.js`)).status).toBe(200)
    }
  })
})

describe('another port of a site', () => {
  it('is the same site, and can be told apart by its host header', async () => {
    expect((await visitor.send(`${CRM}:8443/blank`)).status).toBe(200)
    expect(sandbox.saw({ server: 'sites' })).toMatchObject([
      { host: 'crm.acme.example', headers: { host: 'crm.acme.example:8443' } },
    ])
  })
})

describe('the plain-http front', () => {
  it.each(Object.values(siteHosts))('serves %s', async host => {
    expect((await visitor.send(`http://${host}/blank`)).text).toBe(
      (await visitor.send(`https://${host}/blank`)).text,
    )
    expect(sandbox.saw()).toHaveLength(2)
    expect(sandbox.saw({ server: 'sites', host, path: '/blank' })).toHaveLength(2)
  })

  it('serves the CRM’s page, which calls SalesOS over TLS', async () => {
    const { headers } = await visitor.send('http://crm.acme.example/')
    expect(headers['content-security-policy']).toContain("connect-src 'self' https://api.play2sell.com;")
  })

  it('serves no other host, and sees what is sent to it there', async () => {
    const { access_token } = await codeTokens(visitor)
    sandbox.forget()
    const others = sandbox.hosts.filter(host => !Object.values(siteHosts).includes(host))
    for (const host of others) expect((await visitor.send(`http://${host}/`)).status).toBe(421)
    expect(sandbox.violations()).toEqual([])
    await visitor.send('http://api.play2sell.com/v1/leads', { headers: bearer(access_token) })
    expect(sandbox.violations()).toMatchObject([
      { rule: 'token-at-other-server', server: 'unknown', host: 'api.play2sell.com' },
    ])
  })

  it('takes the switches of the sites, and lets go of who hangs on reset', async () => {
    sandbox.set('sites', { fault: { path: '/blank', hang: true } })
    const sent = visitor.send('http://evil.example/blank')
    sent.catch(() => {})
    await sandbox.waitFor({ path: '/blank' })
    sandbox.reset()
    await expect(sent).rejects.toThrow(/socket hang up|ECONNRESET/)
    sandbox.set('sites', { dead: 'evil.example' })
    await expect(visitor.send('http://evil.example/blank')).rejects.toThrow(/socket hang up|ECONNRESET/)
  })

  it('is off by default, named by the control address, and closed on stop', async () => {
    const other = await startSandbox()
    onTestFinished(() => other.stop())
    expect(other.httpPort).toBeUndefined()
    const addresses = await visitor.send(`${sandbox.control}/`)
    expect(addresses.json()).toMatchObject({ port: sandbox.port, httpPort: sandbox.httpPort })
    const open = await startSandbox({ plainHttp: true })
    await open.stop()
    const guest = createVisitor(open)
    onTestFinished(guest.close)
    await expect(guest.send('http://evil.example/blank')).rejects.toThrow('ECONNREFUSED')
  })
})
