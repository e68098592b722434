import { vi } from 'vitest'

type Listener = (event: { isTrusted: boolean }) => void

/** An element as far as our content scripts use one; layout, focus and styles are for real browsers to show. */
export class FakeElement {
  children: (FakeElement | string)[] = []
  parent: FakeElement | undefined
  root: FakeElement | undefined
  rootMode: string | undefined
  hidden = false
  src = ''
  title = ''
  role: string | undefined
  ariaExpanded: string | undefined
  readonly namespaceURI = 'http://www.w3.org/2000/svg'
  readonly attributes = new Map<string, string>()
  readonly #listeners = new Map<string, Listener>()

  constructor(readonly tag: string) {}

  set textContent(text: string) {
    this.children = [text]
  }

  get text(): string {
    return this.children.map(child => (typeof child === 'string' ? child : child.text)).join(' ')
  }

  append(...children: (FakeElement | string)[]): void {
    for (const child of children) if (typeof child !== 'string') child.parent = this
    this.children.push(...children)
  }

  replaceChildren(...children: (FakeElement | string)[]): void {
    this.children = []
    this.append(...children)
  }

  remove(): void {
    if (this.parent) this.parent.children = this.parent.children.filter(child => child !== this)
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value)
  }

  attachShadow({ mode }: { mode: string }): FakeElement {
    this.root = new FakeElement('#root')
    this.rootMode = mode
    return this.root
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, listener)
  }

  click(isTrusted = true): void {
    this.#listeners.get('click')?.({ isTrusted })
  }

  /** Elements of that tag in it, in shadow roots too. */
  find(tag: string): FakeElement[] {
    const inside = [this.root ?? [], ...this.children.filter(child => typeof child !== 'string')].flat()
    return [...(this.tag === tag ? [this] : []), ...inside.flatMap(child => child.find(tag))]
  }
}

/** A document that somebody looks at, or not. */
export class FakeDocument extends EventTarget {
  visibilityState: 'visible' | 'hidden' = 'visible'
  prerendering = false
  /** The window around it. */
  readonly window = new EventTarget()
  readonly documentElement = new FakeElement('html')

  createElement(tag: string): FakeElement {
    return new FakeElement(tag)
  }

  createElementNS(_: string, tag: string): FakeElement {
    return new FakeElement(tag)
  }

  show(isVisible: boolean): void {
    this.visibilityState = isVisible ? 'visible' : 'hidden'
    this.dispatchEvent(new Event('visibilitychange'))
  }

  /** A page that the browser has fetched ahead is gone to. */
  activate(): void {
    this.prerendering = false
    this.dispatchEvent(new Event('prerenderingchange'))
  }

  /** The page is shown: for the first time, or again, out of the back-forward cache. */
  comeBack(persisted = true): void {
    this.window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }))
  }
}

/** A document in the place of the browser's, and its window's events. */
export function stubDocument(): FakeDocument {
  const document = new FakeDocument()
  vi.stubGlobal('document', document)
  if (!('addEventListener' in globalThis))
    vi.stubGlobal('addEventListener', document.window.addEventListener.bind(document.window))
  return document
}

/** A page without anything, in the place of the browser's globals; gives its root element. */
export function openPage(): FakeElement {
  const { documentElement } = stubDocument()
  vi.stubGlobal(
    'CSSStyleSheet',
    class {
      replaceSync() {}
    },
  )
  return documentElement
}
