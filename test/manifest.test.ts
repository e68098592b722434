import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import source from '../manifest.json' with { type: 'json' }
import { type Built, built } from './fakes/built'

const hosts = [
  'https://api.getbase.com/*',
  'https://auth.sellytics.com/*',
  'https://api.sellytics.com/*',
  'https://api.sellsn.io/*',
  'https://auth.play2sell.com/*',
  'https://api.play2sell.com/*',
  'https://app.futuresimple.com/*',
]

const screens = ['consent', 'entry', 'options', 'panel', 'popup'].map(
  name => `src/screens/${name}/index.html`,
)

/** What Chromium makes of a pinned key: the first 16 bytes of its hash, in letters a to p. */
const idOf = (key: string) =>
  createHash('sha256')
    .update(Buffer.from(key, 'base64'))
    .digest('hex')
    .slice(0, 32)
    .replace(/./g, digit => String.fromCharCode(97 + Number.parseInt(digit, 16)))

describe.each(['chrome', 'firefox'] as const)('the manifest for %s', target => {
  let made: Built
  let manifest: Record<string, unknown>

  beforeAll(async () => {
    made = await built(target)
    ;({ manifest } = made)
  }, 60_000)

  it('asks for these permissions and for no other', () => {
    expect(manifest.manifest_version).toBe(3)
    expect(manifest.permissions).toEqual(['identity', 'storage', 'alarms', 'scripting', 'activeTab'])
    expect(manifest.optional_permissions).toEqual(['notifications', 'idle'])
    // Never asked for as they stand: Connect asks for the exact hosts of a provider that the setup defines.
    expect(manifest.optional_host_permissions).toEqual([
      'https://*/*',
      'http://127.0.0.1/*',
      'http://localhost/*',
    ])
  })

  it('asks for exact hosts by https and for no other', () => {
    expect(manifest.host_permissions).toEqual(hosts)
    for (const host of hosts) expect(host).toMatch(/^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+\/\*$/)
  })

  it('keeps out of private windows', () => {
    expect(manifest.incognito).toBe('not_allowed')
  })

  it('lets its pages load and send nothing but what is named', () => {
    const policy = Object(manifest.content_security_policy).extension_pages as string
    const directives = Object.fromEntries(
      policy.split(';').map(directive => {
        const [name = '', ...values] = directive.trim().split(/\s+/)
        return [name, values]
      }),
    )
    expect(directives).toEqual({
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'img-src': ["'self'"],
      'connect-src': ['https:', 'http://127.0.0.1:*', 'http://localhost:*'],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'object-src': ["'none'"],
    })
    expect(Object.keys(Object(manifest.content_security_policy))).toEqual(['extension_pages'])
  })

  it('lets no screen connect to anything: each page says so before anything else', () => {
    const pages = [...made.files].filter(([file]) => file.endsWith('.html'))
    expect(pages.map(([file]) => file).sort()).toEqual(screens)
    for (const [file, text] of pages) {
      const policies = [...text.matchAll(/<meta[^>]*http-equiv="Content-Security-Policy"[^>]*>/gi)]
      expect(policies, file).toHaveLength(1)
      expect(policies[0]?.[0].replaceAll('&#39;', "'"), file).toContain('content="connect-src \'none\'"')
      expect(policies[0]?.index ?? 0, file).toBeLessThan(text.search(/<script|<link|<img/))
    }
  })

  it('does nothing on the page where people agree to a SellSN app', () => {
    const places = [manifest.content_scripts, manifest.web_accessible_resources]
      .flat()
      .map(one => Object(one))
    expect(places.length).toBeGreaterThan(1)
    for (const { matches } of places) {
      expect(matches.join(' ')).not.toMatch(/sellsn|\*:|<all_urls>|:\/\/\*/)
    }
  })

  it('runs one plain file on CRM pages', () => {
    expect(manifest.content_scripts).toEqual([
      { js: ['src/content/loader.js'], matches: ['https://app.futuresimple.com/*'], run_at: 'document_idle' },
    ])
    const text = made.files.get('src/content/loader.js') ?? ''
    expect(text).not.toMatch(/\bimport\s*\(|^\s*import\b/m)
  })

  it('shows pages the panel and nothing else', () => {
    expect(manifest.web_accessible_resources).toEqual([
      {
        matches: ['https://app.futuresimple.com/*'],
        resources: ['src/screens/panel/index.html'],
        ...(target === 'chrome' ? { use_dynamic_url: true } : {}),
      },
    ])
  })

  it('names no file that is not there', () => {
    const { service_worker, scripts = [] } = Object(manifest.background)
    const named = [
      ...[service_worker ?? []].flat(),
      ...scripts,
      ...Object.values(Object(manifest.icons)),
      ...Object.values(Object(Object(manifest.action).default_icon)),
      Object(manifest.action).default_popup,
      Object(manifest.options_ui).page,
      ...screens,
    ]
    expect(named.length).toBeGreaterThan(10)
    for (const file of named) expect([...made.files.keys()]).toContain(file)
  })

  it('has no script or style inside its pages, which the policy would refuse', () => {
    for (const [file, text] of made.files) {
      if (!file.endsWith('.html')) continue
      expect(text, file).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|javascript:/i)
      expect(text, file).not.toMatch(/(?:src|href)="https?:/)
    }
  })

  it('has no source map and nothing of the tests', () => {
    for (const file of made.files.keys()) expect(file).not.toMatch(/\.map$|test|sandbox|\.ts$/)
    for (const [file, text] of made.files)
      if (file.endsWith('.js')) expect(text, file).not.toContain('sourceMappingURL')
  })
})

describe('the manifest for chrome', () => {
  it('has what only Chromium knows, and nothing of Firefox', async () => {
    const { manifest, files } = await built('chrome')
    expect(manifest.minimum_chrome_version).toBe('148')
    expect(manifest.message_serialization).toBe('structured_clone')
    expect(manifest.externally_connectable).toEqual({ ids: [], matches: [] })
    expect(manifest.background).toEqual({ service_worker: expect.any(String), type: 'module' })
    expect(manifest).not.toHaveProperty('browser_specific_settings')
    // The loader is one static import: `import()` does not exist in Chromium's worker.
    const loader = files.get(Object(manifest.background).service_worker) ?? ''
    expect(loader.trim()).toMatch(/^import ['"][^'"]+['"];?$/)
  }, 60_000)

  it('has the key of the id under which the redirect addresses are registered', () => {
    expect(source.key).toMatch(/^MII[A-Za-z0-9+/]+=*$/)
    expect(idOf(source.key)).toMatch(/^[a-p]{32}$/)
    expect(idOf(source.key)).toBe(pinnedId)
  })
})

const pinnedId = 'oafpccagbpfogdomgmaejahnckbcofcl'

describe('the manifest for firefox', () => {
  it('has what only Firefox knows, and nothing of Chromium', async () => {
    const { manifest } = await built('firefox')
    expect(manifest.browser_specific_settings).toEqual({
      gecko: {
        id: '{eaec889d-54e6-4630-b097-a5c4283adc22}',
        strict_min_version: '140.0',
        data_collection_permissions: { required: ['none'] },
      },
    })
    expect(manifest.background).toEqual({ scripts: [expect.any(String)], type: 'module' })
    for (const key of ['key', 'minimum_chrome_version', 'message_serialization', 'externally_connectable'])
      expect(manifest).not.toHaveProperty(key)
  }, 60_000)
})
