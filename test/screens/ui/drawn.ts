import { type ComponentChild, render } from 'preact'
import { afterEach, beforeEach, vi } from 'vitest'
import { browser } from '../../../src/browser'
import { refusal } from '../../../src/screens/ui/connect'
import { parting } from '../../../src/screens/ui/parting'
import { view } from '../../../src/screens/ui/use-view'
import type { Failure } from '../../../src/shared/errors'
import type { RequestMessage } from '../../../src/shared/protocol'
import { until } from '../../fakes/worker'

type Listener = (event: object) => void

/** An element as far as Preact draws with it and our screens ask it; layout and styles are for real browsers to show. */
export class Drawn {
  static focused: Drawn | undefined
  readonly style: Record<string, string> = {}
  readonly attributes = new Map<string, string>()
  readonly ownerDocument = drawnDocument
  readonly nodeType: number
  value = ''
  checked = false
  childNodes: Drawn[] = []
  parentNode: Drawn | null = null
  readonly #listeners = new Map<string, Listener>()

  constructor(
    readonly localName: string,
    public data = '',
  ) {
    this.nodeType = localName === '#text' ? 3 : 1
  }

  set defaultValue(value: string) {
    this.value ||= value
  }

  get firstChild(): Drawn | null {
    return this.childNodes[0] ?? null
  }

  get nextSibling(): Drawn | null {
    const siblings = this.parentNode?.childNodes ?? []
    return siblings[siblings.indexOf(this) + 1] ?? null
  }

  insertBefore(node: Drawn, next: Drawn | null): void {
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

  focus(): void {
    Drawn.focused = this
  }

  querySelector(selector: string): Drawn | null {
    return this.all(selector)[0] ?? null
  }

  closest(selector: string): Drawn | null {
    return this.#fits(selector) ? this : (this.parentNode?.closest(selector) ?? null)
  }

  readonly elements = { namedItem: (name: string) => this.querySelector(`[name=${name}]`) }

  /** Elements in it that fit a tag with attributes, for example `input[name=label]`. */
  all(selector: string): Drawn[] {
    return this.childNodes.flatMap(child => [
      ...(child.#fits(selector) ? [child] : []),
      ...child.all(selector),
    ])
  }

  #fits(selector: string): boolean {
    if (this.nodeType !== 1) return false
    const [tag = ''] = /^\w*/.exec(selector) ?? []
    const wanted = [...selector.matchAll(/\[([\w-]+)(?:=([^\]]+))?\]/g)]
    return (
      (tag === '' || tag === this.localName) &&
      wanted.every(([, name = '', value]) =>
        value === undefined ? this.attributes.has(name) : this.attributes.get(name) === value,
      )
    )
  }

  /** What stands in it. */
  get text(): string {
    return this.nodeType === 3 ? this.data : this.childNodes.map(({ text }) => text).join('')
  }

  /** The accessible names of its buttons and switches. */
  get buttons(): string[] {
    return this.all('button').map(nameOf)
  }

  button(name: string): Drawn {
    const found = this.all('button').find(button => nameOf(button) === name)
    if (!found) throw new Error(`There is no button ${name}, only ${this.buttons.join(', ')}.`)
    return found
  }

  fire(type: string, event: object = {}): void {
    const fired = { type, target: this, currentTarget: this, preventDefault: vi.fn(), ...event }
    this.#listeners.get(type)?.call(this, fired)
  }

  click(name: string): void {
    this.button(name).fire('click', { isTrusted: true, detail: 1 })
  }
}

const nameOf = (button: Drawn) => button.attributes.get('aria-label') ?? button.text

/** Makes keys be heard by the document, as screens do that listen to all of them. */
export function press(key: string): void {
  for (const listener of documentListeners.get('keydown') ?? []) listener({ key })
}

const documentListeners = new Map<string, Set<Listener>>()
const listenersOf = (name: string) => {
  const known = documentListeners.get(name) ?? new Set()
  documentListeners.set(name, known)
  return known
}

const drawnDocument = {
  title: '',
  visibilityState: 'visible',
  addEventListener: (name: string, listener: Listener) => void listenersOf(name).add(listener),
  removeEventListener: (name: string, listener: Listener) => void listenersOf(name).delete(listener),
  createTextNode: (text: string) => new Drawn('#text', text),
  createElementNS: (_: string, tag: string) => new Drawn(tag),
}

/** Every request of the screen in its order, and what the browser was asked for. */
export const sent: { name: string; input: unknown }[] = []
export const browserAsked = {
  origins: [] as string[][],
  windows: [] as string[],
  /** Of the page that a popup is opened on. */
  address: undefined as string | undefined,
}

let root: Drawn | undefined
let refused: Failure | undefined

/** The background refuses whatever is asked from now on. */
export function refuse(failure: Failure): void {
  refused = failure
}

export function draw(what: ComponentChild): Drawn {
  root ??= new Drawn('div')
  render(what, root as unknown as Element)
  return root
}

export { until }

// What was drawn may still have something to do when its test is over.
Object.assign(globalThis, {
  document: drawnDocument,
  requestAnimationFrame: (run: () => void) => setTimeout(run, 1),
  cancelAnimationFrame: clearTimeout,
})

beforeEach(() => {
  documentListeners.clear()
  vi.stubGlobal('document', drawnDocument)
  vi.stubGlobal('window', { close: vi.fn(), addEventListener: () => undefined })
  sent.length = 0
  browserAsked.origins.length = 0
  browserAsked.windows.length = 0
  browserAsked.address = undefined
  refused = undefined
  Object.assign(browser.runtime, {
    sendMessage: async (message: unknown) => {
      const { name, input } = message as RequestMessage
      sent.push({ name, input })
      return refused ? { ok: false, error: refused } : { ok: true, value: undefined }
    },
  })
  Object.assign(browser.runtime, {
    getManifest: () => ({ content_scripts: [{ matches: ['https://crm.example/*'] }] }),
  })
  Object.assign(browser.tabs, { query: async () => [{ url: browserAsked.address }] })
  Object.assign(browser.permissions, {
    request: async ({ origins = [] }: { origins?: string[] }) => {
      browserAsked.origins.push(origins)
      return true
    },
  })
  Object.assign(browser.windows, {
    create: async ({ url }: { url: string }) => {
      browserAsked.windows.push(url)
      return { id: 1 }
    },
  })
})

afterEach(() => {
  if (root) render(null, root as unknown as Element)
  root = undefined
  view.value = undefined
  refusal.value = undefined
  parting.value = undefined
  Drawn.focused = undefined
})
