import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseSync } from 'vite'
import { beforeAll, describe, expect, it } from 'vitest'
import { catalogue } from '../src/providers'
import { type Built, built, root, scriptsOf } from './fakes/built'

/** Who may import whose values. `import type` from shared and providers is free for all. */
const imports: Record<string, string[]> = {
  browser: [],
  shared: [],
  providers: ['shared'],
  oauth: ['shared', 'providers'],
  background: ['browser', 'shared', 'providers', 'oauth'],
  screens: ['browser', 'shared', 'providers'],
  content: ['shared', 'sdk'],
  sdk: ['shared'],
  relay: ['shared', 'providers', 'oauth'],
}

const freeTypes = ['shared', 'providers']

/** Packages by who may import their values. What runs on pages has none, not even by type. */
const packages: Record<string, string[]> = {
  browser: ['webextension-polyfill'],
  shared: [],
  providers: ['valibot'],
  oauth: ['oauth4webapi'],
  background: ['valibot', 'idb'],
  screens: ['preact', '@preact/signals'],
  content: [],
  sdk: [],
  relay: [
    'hono',
    '@hono/node-server',
    'jose',
    'undici',
    'valibot',
    'node:fs',
    'node:http',
    'node:net',
    'node:util',
  ],
}

/** Where a provider may be called by its id. */
const homesOfProviders = ['src/providers/', 'src/screens/panel/blocks/', 'src/content/widgets/']

type Node = { type: string; start: number } & Record<string, unknown>
type Import = { from: string; isType: boolean }
type Source = { path: string; area: string; text: string; imports: Import[]; nodes: Node[] }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** Every node of a tree, in order. */
function nodesOf(node: Node): Node[] {
  const inner = Object.values(node).flatMap(value => (Array.isArray(value) ? value : [value]))
  return [node, ...inner.filter(isNode).flatMap(nodesOf)]
}

/** Every import of a module: static ones, re-exports, `import()` and `import('…')` in types. */
function importsOf(nodes: Node[]): Import[] {
  return nodes.flatMap(node => {
    const from = Object(node.source).value
    switch (node.type) {
      case 'ImportDeclaration':
        // With verbatimModuleSyntax `import { type A }` still loads the module; only `import type` does not.
        return [{ from, isType: node.importKind === 'type' }]
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        return node.source ? [{ from, isType: node.exportKind === 'type' }] : []
      case 'ImportExpression':
        return [
          { from: typeof from === 'string' ? from : 'an address that is made up at run time', isType: false },
        ]
      case 'TSImportType':
        return [{ from: Object(node.source ?? node.argument).value ?? '', isType: true }]
      default:
        return []
    }
  })
}

const sources: Source[] = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map(entry => relative(root, join(entry.parentPath, entry.name)))
  .map(path => {
    const text = readFileSync(join(root, path), 'utf8')
    const { program, errors } = parseSync(path, text)
    if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`)
    const nodes = nodesOf(program as unknown as Node)
    return { path, area: areaOf(path), text, imports: importsOf(nodes), nodes }
  })

function areaOf(path: string): string {
  const [, first = ''] = path.split('/')
  return first.replace(/\.ts$/, '')
}

/** The file that a relative import means, relative to the repository. */
function fileOf(path: string, from: string): string {
  const base = resolve(root, dirname(path), from.replace(/\?.*$/, ''))
  const candidates = [base, `${base}.ts`, `${base}.tsx`, join(base, 'index.ts')]
  const found = candidates.find(one => existsSync(one) && /\.\w+$/.test(one))
  return relative(root, found ?? base)
}

const lineOf = ({ text }: Source, { start }: Node) => text.slice(0, start).split('\n').length
const at = (source: Source, node: Node) => `${source.path}:${lineOf(source, node)}`

describe('imports', () => {
  it('know every folder of src', () => {
    for (const { area } of sources) expect(Object.keys(imports)).toContain(area)
    expect(sources.length).toBeGreaterThan(60)
  })

  it('go where the floors let them', () => {
    const wrong = sources.flatMap(({ path, area, imports: all }) =>
      all
        .filter(({ from }) => from.startsWith('.'))
        .map(({ from, isType }) => ({ file: fileOf(path, from), isType }))
        .filter(({ file, isType }) => {
          const target = areaOf(file)
          if (!file.startsWith('src/')) return true
          if (target === area || imports[area]?.includes(target)) return false
          return !(isType && freeTypes.includes(target))
        })
        .map(({ file, isType }) => `${path} imports ${isType ? 'types' : 'values'} of ${file}`),
    )
    expect(wrong).toEqual([])
  })

  it('mean files that are there', () => {
    const missing = sources.flatMap(({ path, imports: all }) =>
      all
        .filter(({ from }) => from.startsWith('.') && !existsSync(join(root, fileOf(path, from))))
        .map(({ from }) => `${path}: ${from}`),
    )
    expect(missing).toEqual([])
  })

  it('take packages where they belong, the polyfill in src/browser.ts alone', () => {
    const wrong = sources.flatMap(({ path, area, imports: all }) =>
      all
        .filter(({ from }) => !from.startsWith('.'))
        .filter(({ from, isType }) => {
          if (packages[area]?.some(name => from === name || from.startsWith(`${name}/`))) return false
          return !(isType && from === 'webextension-polyfill' && imports[area]?.includes('browser'))
        })
        .map(({ from, isType }) => `${path} imports ${isType ? 'types' : 'values'} of ${from}`),
    )
    expect(wrong).toEqual([])
  })

  it('leave the relay on web standards outside its own entry for Node', () => {
    const ofNode = sources.flatMap(({ path, imports: all }) =>
      all.some(({ from }) => /^node:|node-server|^undici|\/node\//.test(from)) ? [path] : [],
    )
    const wrong = ofNode.filter(path => path.startsWith('src/relay/') && !path.startsWith('src/relay/node/'))
    expect(wrong).toEqual([])
    expect(ofNode.length).toBeGreaterThan(0)
  })

  it('make no circle between folders', () => {
    const reach = (area: string): string[] => (imports[area] ?? []).flatMap(next => [next, ...reach(next)])
    for (const area of Object.keys(imports)) expect(reach(area)).not.toContain(area)
  })
})

describe('the extension API', () => {
  it('is had by src/browser.ts, and on pages by src/sdk/extension.ts', () => {
    const wrong = sources.flatMap(source => {
      const importsBrowser = source.imports.some(({ from }) => fileOf(source.path, from) === 'src/browser.ts')
      return source.nodes
        .filter(({ type, name }) => type === 'Identifier' && (name === 'browser' || name === 'chrome'))
        .filter(({ name }) => {
          if (name === 'chrome') return true
          return !importsBrowser && !['src/browser.ts', 'src/sdk/extension.ts'].includes(source.path)
        })
        .map(node => at(source, node))
    })
    expect(wrong).toEqual([])
  })

  it('is no part of shared, providers and oauth', () => {
    for (const { path, area, text } of sources)
      if (['shared', 'providers', 'oauth'].includes(area))
        expect(text, path).not.toMatch(/from '.*\/browser'/)
  })
})

describe('pages and screens', () => {
  it('make no element of text', () => {
    const forbidden = [
      'innerHTML',
      'outerHTML',
      'insertAdjacentHTML',
      'dangerouslySetInnerHTML',
      'write',
      'eval',
      'Function',
    ]
    const wrong = sources
      .filter(({ area }) => ['screens', 'content', 'sdk'].includes(area))
      .flatMap(source =>
        source.nodes
          .filter(({ type, name }) => /Identifier$/.test(type) && forbidden.includes(String(name)))
          .map(node => at(source, node)),
      )
    expect(wrong).toEqual([])
  })
})

describe('storage', () => {
  it('is storage.session and the vault, and nothing else that a browser offers', () => {
    const forbidden = ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore']
    const wrong = sources.flatMap(source =>
      source.nodes
        .filter(({ type, name }) => type === 'Identifier' && forbidden.includes(String(name)))
        .map(node => at(source, node)),
    )
    expect(wrong).toEqual([])
    expect(
      sources.filter(({ imports: all }) => all.some(({ from }) => from === 'idb')).map(({ path }) => path),
    ).toEqual(['src/background/vault.ts'])
  })

  it('is never read or written in the areas that content scripts reach', () => {
    const wrong = sources.flatMap(source => {
      const uses = [
        ...source.text.matchAll(
          /storage\s*\??\.\s*(local|sync)\b|storage\.(local|sync)\.(get|set|remove|clear)/g,
        ),
      ]
      const members = source.nodes.filter(
        ({ type, object, property }) =>
          type === 'MemberExpression' &&
          ['get', 'set', 'remove', 'clear'].includes(String(Object(property).name)) &&
          Object(Object(object).object).type === 'MemberExpression' &&
          Object(Object(Object(object).object).property).name === 'storage' &&
          Object(Object(object).property).name !== 'session',
      )
      const inCode = uses.filter(({ index }) => !isInComment(source, index))
      return [
        ...inCode.map(({ index }) => `${source.path} at ${index}`),
        ...members.map(node => at(source, node)),
      ]
    })
    expect(wrong).toEqual([])
  })

  it('gives the vault to the background alone', () => {
    const users = sources.filter(({ path, imports: all }) =>
      all.some(({ from }) => from.startsWith('.') && fileOf(path, from) === 'src/background/vault.ts'),
    )
    expect(users.length).toBeGreaterThan(3)
    for (const { area } of users) expect(area).toBe('background')
  })
})

function isInComment({ text }: Source, index: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', index) + 1, index)
  return /^\s*(?:\*|\/\*)/.test(line) || line.includes('//')
}

describe('a provider', () => {
  const ids = catalogue.map(({ id }) => id)
  const hosts = [
    ...new Set(
      catalogue.flatMap(({ endpoints, api, pages, docs, dashboard }) =>
        [...Object.values(endpoints), ...api, ...pages, docs, dashboard]
          .filter(address => address !== undefined)
          .map(address => new URL(address).hostname),
      ),
    ),
  ]
  const outside = sources.filter(({ path }) => !homesOfProviders.some(home => path.startsWith(home)))

  /** `sellToken`, `isSell`, `SELL_ID`: the words of a name, in small letters. */
  const wordsOf = (name: string) =>
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z0-9]+/)

  // In a sentence an id may be a word like another; in a key, a path or a name there is no white space.
  const namesId = (text: string) => !/\s/.test(text) && ids.some(id => wordsOf(text).includes(id))

  it('is any of the four, by every host that it has', () => {
    expect(ids).toEqual(expect.arrayContaining(['sell', 'sellytics', 'sellsn', 'salesos']))
    const known =
      'api.getbase.com app.futuresimple.com auth.sellytics.com api.sellytics.com dash.sellsn.io api.sellsn.io ' +
      'auth.play2sell.com api.play2sell.com'
    expect(hosts).toEqual(expect.arrayContaining(known.split(' ')))
  })

  it('is called by its id nowhere but in its own places', () => {
    const wrong = outside.flatMap(source => {
      const specifiers = new Set(source.nodes.map(({ source: from }) => from).filter(isNode))
      return source.nodes
        .filter(node => !specifiers.has(node))
        .filter(node => {
          switch (node.type) {
            case 'Literal':
              return typeof node.value === 'string' && namesId(node.value)
            case 'TemplateElement':
              return namesId(String(Object(node.value).cooked))
            case 'Identifier':
            case 'JSXIdentifier':
              return namesId(String(node.name))
            case 'JSXText':
              return namesId(String(node.value).trim())
            default:
              return false
          }
        })
        .map(node => at(source, node))
    })
    expect(wrong).toEqual([])
  })

  it('has no file of its own, and is imported by name, nowhere else either', () => {
    for (const { path, imports: all } of outside) {
      expect(namesId(path), path).toBe(false)
      for (const { from } of all.filter(({ from: name }) => namesId(name)))
        expect(
          homesOfProviders.some(home => fileOf(path, from).startsWith(home)),
          `${path} imports ${from}`,
        ).toBe(true)
    }
  })

  it('has its hosts named nowhere else either', () => {
    const wrong = outside.flatMap(source =>
      source.nodes
        .filter(({ type, value }) => {
          const text =
            type === 'TemplateElement'
              ? Object(value).cooked
              : type === 'JSXText' || type === 'Literal'
                ? value
                : ''
          return hosts.some(host => String(text).includes(host))
        })
        .map(node => at(source, node)),
    )
    expect(wrong).toEqual([])
  })
})

describe.each(['chrome', 'firefox'] as const)('the build for %s', target => {
  let output: Built

  beforeAll(async () => {
    output = await built(target)
  }, 60_000)

  const backgroundScripts = () => {
    const { service_worker, scripts } = Object(output.manifest.background)
    return service_worker
      ? scriptsOf(output, service_worker)
      : (scripts as string[]).flatMap(file => loaded(file))
  }
  /** A background page's script is a loader, or the script itself. */
  const loaded = (file: string) => (output.modules.has(file) ? [file] : scriptsOf(output, file))
  const modulesOf = (scripts: string[]) =>
    scripts.flatMap(script => output.closure(script)).flatMap(script => output.modules.get(script) ?? [])
  const pages = () => [...output.files.keys()].filter(file => file.endsWith('.html'))
  const contentScripts = () => (output.manifest.content_scripts as { js: string[] }[]).flatMap(({ js }) => js)

  it('has the vault in the background, and in no screen', () => {
    expect(modulesOf(backgroundScripts())).toContain('src/background/vault.ts')
    expect(pages().length).toBe(5)
    for (const page of pages()) {
      const modules = modulesOf(scriptsOf(output, page))
      expect(modules.length, page).toBeGreaterThan(5)
      expect(
        modules.filter(module =>
          /^src\/background\/|^src\/oauth\/|node_modules\/(?:idb|oauth4webapi)\//.test(module),
        ),
        page,
      ).toEqual([])
    }
  })

  it('has no script that nobody loads', () => {
    const reached = new Set(
      [...backgroundScripts(), ...pages().flatMap(page => scriptsOf(output, page))].flatMap(script =>
        output.closure(script),
      ),
    )
    const scripts = [...output.files.keys()].filter(file => /^assets\/.*\.js$/.test(file))
    expect(scripts.filter(script => !reached.has(script))).toEqual([])
  })

  it('has a content script without vault, polyfill, schema or import', () => {
    expect(contentScripts()).toHaveLength(1)
    for (const file of contentScripts()) {
      const text = output.files.get(file) ?? ''
      expect(text.length).toBeGreaterThan(1_000)
      expect(text).not.toMatch(/indexedDB|createObjectStore|objectStore|refresh_?token|launchWebAuthFlow/i)
      expect(text).not.toMatch(/should only be loaded in a browser extension|wrappedSendMessageCallback/)
      expect(text).not.toMatch(/\bimport\b\s*[({'"*]|\bimport\b.*\bfrom\b|\brequire\(|\bexport\b/)
      const { program, errors } = parseSync(file.replace(/.*\//, ''), text, { sourceType: 'script' })
      expect(errors).toEqual([])
      expect(program.body.length).toBeGreaterThan(0)
    }
  })

  it('has the polyfill where the browser needs it, and not in Chromium', () => {
    const users = [...output.modules].filter(([, modules]) =>
      modules.some(one => one.includes('webextension-polyfill')),
    )
    expect(users.length).toBe(target === 'chrome' ? 0 : 1)
  })

  it('evaluates no text', () => {
    for (const [file, text] of output.files)
      if (/\.(?:js|html)$/.test(file)) expect(text, file).not.toMatch(/\beval\(|\bFunction\(/)
  })
})

describe('content scripts', () => {
  it('reaches nothing but sdk, shared and its own folder, by any chain of imports', () => {
    const bySource = new Map(sources.map(source => [source.path, source]))
    const reached = new Set([...bySource.keys()].filter(path => /^src\/content\/(?!.*\.test)/.test(path)))
    for (const path of reached)
      for (const { from, isType } of bySource.get(path)?.imports ?? [])
        if (!isType) reached.add(fileOf(path, from))
    expect(reached.size).toBeGreaterThan(6)
    for (const path of reached) expect(path).toMatch(/^src\/(?:content|sdk|shared)\//)
  })
})
