import { type ComponentChild, createElement, render } from 'preact'
import { afterEach, vi } from 'vitest'
import { browser } from '../../../src/browser'
import { catalogue } from '../../../src/providers'
import { entry } from '../../../src/screens/panel/entry'
import { pageAddress } from '../../../src/screens/panel/page-address'
import { Panel } from '../../../src/screens/panel/panel'
import { view } from '../../../src/screens/ui/use-view'
import { AppError, type ErrorCode } from '../../../src/shared/errors'
import { scopesOf, widgetAsk } from '../../../src/shared/permit'
import type { ApiCall, Reply } from '../../../src/shared/protocol'
import type { ProviderView, View } from '../../../src/shared/view'
import { until } from '../../fakes/worker'
import { exampleView } from '../example'

type Listener = (event: object) => void

/** A node as far as Preact draws with it; layout, focus and styles are for real browsers to show. */
export class DrawnNode {
  readonly style: Record<string, string> = {}
  readonly attributes = new Map<string, string>()
  readonly ownerDocument = drawnDocument
  readonly nodeType: number
  value = ''
  childNodes: DrawnNode[] = []
  parentNode: DrawnNode | null = null
  readonly #listeners = new Map<string, Listener>()

  constructor(
    readonly localName: string,
    public data = '',
  ) {
    this.nodeType = localName === '#text' ? 3 : 1
  }

  get firstChild(): DrawnNode | null {
    return this.childNodes[0] ?? null
  }

  get nextSibling(): DrawnNode | null {
    const siblings = this.parentNode?.childNodes ?? []
    return siblings[siblings.indexOf(this) + 1] ?? null
  }

  insertBefore(node: DrawnNode, next: DrawnNode | null): void {
    node.remove()
    node.parentNode = this
    this.childNodes.splice(next ? this.childNodes.indexOf(next) : this.childNodes.length, 0, node)
  }

  remove(): void {
    const { parentNode } = this
    if (parentNode) parentNode.childNodes = parentNode.childNodes.filter(node => node !== this)
    this.parentNode = null
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value))
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name)
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, listener)
  }

  removeEventListener(name: string): void {
    this.#listeners.delete(name)
  }

  /** What stands in it, each text on a line of its own. */
  get text(): string {
    return this.nodeType === 3 ? this.data : this.childNodes.map(({ text }) => text).join('\n')
  }

  get name(): string | undefined {
    return this.attributes.get('aria-label')
  }

  /** Elements in it with that tag, and with that accessible name where one is given. */
  find(tag: string, name?: string): DrawnNode[] {
    const isIt = this.localName === tag && (name === undefined || this.name === name)
    return [...(isIt ? [this] : []), ...this.childNodes.flatMap(child => child.find(tag, name))]
  }

  /** Texts of the elements with that tag. */
  texts(tag: string): string[] {
    return this.find(tag).map(({ text }) => text)
  }

  click(): void {
    this.#fire('click', { isTrusted: true, detail: 1 })
  }

  choose(value: string): void {
    this.value = value
    this.#fire('change', {})
  }

  #fire(type: string, event: object): void {
    this.#listeners.get(type)?.call(this, { type, target: this, currentTarget: this, ...event })
  }
}

const drawnDocument = {
  createTextNode: (text: string) => new DrawnNode('#text', text),
  createElementNS: (_: string, tag: string) => new DrawnNode(tag),
}

/** A provider of the catalogue as a view has it. */
export function providerView(id: string, changes: Partial<ProviderView> = {}): ProviderView {
  const provider = catalogue.find(one => one.id === id)
  if (!provider) throw new Error(`The catalogue has no ${id}.`)
  const { name, logo, scopes, widgets, defaultScopes: asks } = provider
  const isSignedInAt = provider.endpoints.authorization !== undefined
  return { id, name, logo, scopes, widgets, asks, isSignedInAt, hosts: [], ways: [], ...changes }
}

/** A view in which everything in `connections` may be used on the panel's site, by the whole catalogue. */
export function permittedView(connections: View['connections'], changes: Partial<View> = {}): View {
  const providers = catalogue.map(({ id }) => providerView(id))
  return exampleView({
    providers,
    connections,
    permits: connections.map(connection => {
      const { id, provider } = connection
      const widgets = providers.find(one => one.id === provider)?.widgets
      if (!widgets) throw new Error(`${provider} has no widgets.`)
      const permit = { id: `permit of ${id}`, site, connection: id, until: 'run' as const, grantedAt: 1 }
      const scopes = scopesOf(widgetAsk(connection, widgets), connection)
      return { ...permit, ...widgets, scopes, run: 'this-run' }
    }),
    ...changes,
  })
}

/** An API's answer: a status and a body (nothing: no body), the code that the background refuses with, or none yet. */
type Answer = { status?: number; body?: unknown } | ErrorCode | Promise<never>

const site = 'https://app.futuresimple.com'

/** The panel on a page, and what it asked the APIs for. `api` is by provider and path; the rest is a 404. */
type DrawnPanel = {
  root: DrawnNode
  /** `<connection> <path>`, in their order. */
  calls: string[]
  api: Record<string, Answer>
  go(path: string): void
  /** One provider's section. */
  block(name: string): DrawnNode
  /** Waits until a text is there. */
  shows(text: string | RegExp, within?: () => DrawnNode): Promise<void>
}

let root: DrawnNode | undefined

type Asked = { id: number; name: string; input: unknown }

/** Answers in the place of the worker; each panel brings its own. */
let serve: (asked: Asked) => Promise<Reply<unknown>>

/** The panel's port: as all panels of a file share their modules, it is opened once. */
const listeners = new Set<(message: unknown) => void>()
const port = {
  onMessage: { addListener: (listener: (message: unknown) => void) => void listeners.add(listener) },
  onDisconnect: { addListener: () => undefined },
  postMessage: (message: Asked | { abort: number }) => {
    if ('abort' in message) return
    serve(message).then(reply => {
      for (const listener of listeners) listener({ id: message.id, reply })
    })
  },
}
Object.assign(browser.runtime, { connect: () => port })

/** Opens the panel on a page of the CRM, with the worker replaced by a table of answers. */
export function openPanel(known: View, api: Record<string, Answer> = {}, path = '/leads'): DrawnPanel {
  closePanel()
  vi.stubGlobal('document', drawnDocument)
  const calls: string[] = []
  serve = async ({ name, input }) => {
    if (name !== 'fetch') throw new Error(`The panel has asked for ${name}.`)
    const { connection, provider, path: asked } = input as ApiCall
    calls.push(`${connection} ${asked}`)
    const answer = await (api[`${connection} ${asked}`] ?? api[`${provider} ${asked}`] ?? { status: 404 })
    if (typeof answer === 'string')
      return { ok: false, error: { code: answer, message: new AppError(answer).message } }
    const text = answer.body === undefined ? '' : JSON.stringify(answer.body)
    const body = new TextEncoder().encode(text).buffer
    return { ok: true, value: { status: answer.status ?? 200, statusText: '', headers: [], body } }
  }
  view.value = known
  entry.value = { site, page: 'page' }
  pageAddress.value = `${site}${path}`
  const drawn = new DrawnNode('div')
  root = drawn
  draw(createElement(Panel, null))
  const block = (name: string) => {
    const [found] = drawn.find('section', name)
    if (!found) throw new Error(`There is no ${name}.`)
    return found
  }
  const shows = (text: string | RegExp, within = () => drawn) =>
    until(() => (typeof text === 'string' ? within().text.includes(text) : text.test(within().text)))
  const go = (to: string) => {
    pageAddress.value = `${site}${to}`
  }
  return { root: drawn, calls, api, go, block, shows }
}

function draw(what: ComponentChild): void {
  if (root) render(what, root as unknown as Element)
}

function closePanel(): void {
  draw(null)
  root = undefined
  view.value = undefined
  entry.value = undefined
  pageAddress.value = undefined
}

afterEach(closePanel)
