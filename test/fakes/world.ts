/**
 * A browser around the extension, as far as the extension can see it: what it keeps, what it opens, what it fires.
 * It outlives the worker, so it is one for all module graphs of a test file; `reset` makes a new profile of it.
 */

export const extensionId = 'abcdefghijklmnopabcdefghijklmnop'
export const extensionOrigin = `chrome-extension://${extensionId}`

/** One life of the background. What a dead one still does reaches nothing and is answered by nothing. */
export type Life = { isOver: boolean }

type Listener<Args extends unknown[]> = (...args: Args) => unknown

/** An event as the extension registers for it; a worker's listeners die with it. */
export class FakeEvent<Args extends unknown[]> {
  readonly listeners = new Map<Listener<Args>, Life>()

  fire(...args: Args): unknown[] {
    return [...this.listeners].flatMap(([listener, life]) => (life.isOver ? [] : [listener(...args)]))
  }
}

type Changes = Record<string, { oldValue?: unknown; newValue?: unknown }>

/** A storage area. Values go in and come out as structured clones, as they would cross to another process. */
class FakeStorageArea {
  readonly values = new Map<string, unknown>()
  accessLevel = 'default'
  readonly onChanged = new FakeEvent<[Changes]>()

  get(keys?: string | string[] | null): Record<string, unknown> {
    const wanted = keys === null || keys === undefined ? [...this.values.keys()] : [keys].flat()
    return Object.fromEntries(
      wanted.flatMap(key => (this.values.has(key) ? [[key, structuredClone(this.values.get(key))]] : [])),
    )
  }

  set(items: Record<string, unknown>): void {
    const changes: Changes = {}
    for (const [key, value] of Object.entries(structuredClone(items))) {
      changes[key] = { oldValue: this.values.get(key), newValue: value }
      this.values.set(key, value)
    }
    this.onChanged.fire(structuredClone(changes))
  }
}

/** A port as the background has it; `end` is what its other side does by going. */
class FakePort {
  isOpen = true
  readonly #onDisconnect = new FakeEvent<[FakePort]>()
  readonly #life: Life

  constructor(
    readonly sender: object,
    life: Life,
  ) {
    this.#life = life
  }

  readonly onDisconnect = {
    addListener: (listener: Listener<[FakePort]>) =>
      void this.#onDisconnect.listeners.set(listener, this.#life),
  }

  disconnect(): void {
    this.isOpen = false
  }

  end(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#onDisconnect.fire(this)
  }
}

type FakeWindow = { id: number; type: string; url: string; openerTabId?: number }
export type FlowDetails = { url: string; interactive: boolean }

export type AreaName = 'local' | 'session' | 'sync' | 'managed'

class World {
  life: Life = { isOver: false }
  storage = newStorage()
  /** Match patterns of the hosts that the user lets the extension reach. */
  granted = new Set<string>()
  alarms = new Map<string, number>()
  windows = new Map<number, FakeWindow>()
  /** Addresses of open tabs by their ids. */
  tabs = new Map<number, string>()
  /** Documents that exist, for `runtime.getContexts`. */
  documents = new Set<string>()
  /** What tabs were told, in order. */
  told: { tab: number; message: unknown }[] = []
  /** Every authorization flow that was begun. */
  flows: FlowDetails[] = []
  /** What was written to the console. */
  reports: string[] = []
  /** Addresses that were fetched though nobody serves them. */
  strays: string[] = []
  /** How the provider's page and the person before it answer; the address redirected to. A test sets it. */
  signIn: (details: FlowDetails) => Promise<string> = () => Promise.reject(new Error('No sign-in expected'))
  /** What goes wrong when a window is to be opened, if anything. */
  windowFault: (() => Promise<never>) | undefined
  /** Firefox has neither `runtime.getContexts` nor `setAccessLevel`. */
  isFirefox = false
  isFlowOpen = false
  /** The window that was brought to the front last. */
  focused: number | undefined

  readonly onMessage = new FakeEvent<[message: unknown, sender: object]>()
  readonly onConnect = new FakeEvent<[FakePort]>()
  readonly onStartup = new FakeEvent<[]>()
  readonly onInstalled = new FakeEvent<[object]>()
  readonly onPermissionsAdded = new FakeEvent<[object]>()
  readonly onAlarm = new FakeEvent<[{ name: string; scheduledTime: number }]>()
  readonly onWindowCreated = new FakeEvent<[FakeWindow]>()
  readonly onWindowRemoved = new FakeEvent<[number]>()
  readonly onTabRemoved = new FakeEvent<[number, object]>()
  #nextId = 100

  nextId(): number {
    this.#nextId += 1
    return this.#nextId
  }

  /** A new profile, with a window and nothing else. */
  reset(): void {
    this.life.isOver = true
    this.life = { isOver: false }
    for (const event of Object.values(this)) if (event instanceof FakeEvent) event.listeners.clear()
    this.storage = newStorage()
    this.granted = new Set()
    this.alarms = new Map()
    this.windows = new Map()
    this.tabs = new Map()
    this.documents = new Set()
    this.told = []
    this.flows = []
    this.reports = []
    this.strays = []
    this.signIn = () => Promise.reject(new Error('No sign-in expected'))
    this.windowFault = undefined
    this.isFirefox = false
    this.isFlowOpen = false
    this.focused = undefined
    this.openWindow({ type: 'normal', url: 'https://app.futuresimple.com/leads/1' })
  }

  /** The worker is stopped; windows, alarms and storage stay. */
  endLife(): void {
    this.life.isOver = true
    this.life = { isOver: false }
  }

  /** What was reported so far, which is then not held against the test. */
  takeReports(): string[] {
    return this.reports.splice(0)
  }

  openWindow(opened: Omit<FakeWindow, 'id'>): FakeWindow {
    const window = { id: this.nextId(), ...opened }
    this.windows.set(window.id, window)
    this.onWindowCreated.fire(structuredClone(window))
    return window
  }

  closeWindow(id: number): void {
    if (this.windows.delete(id)) this.onWindowRemoved.fire(id)
  }

  closeTab(id: number): void {
    this.tabs.delete(id)
    this.onTabRemoved.fire(id, { windowId: 1, isWindowClosing: false })
  }

  /** The user answers the browser's prompt with yes. */
  grant(...origins: string[]): void {
    for (const origin of origins) this.granted.add(origin)
    this.onPermissionsAdded.fire({ origins })
  }

  /** A document opens a port. */
  connect(sender: object): FakePort {
    const port = new FakePort(structuredClone(sender), this.life)
    this.onConnect.fire(port)
    return port
  }

  /** An alarm's time has come. */
  ring(name: string): void {
    this.alarms.delete(name)
    this.onAlarm.fire({ name, scheduledTime: Date.now() })
  }

  canReach(address: string): boolean {
    return this.granted.has(`${new URL(address).origin}/*`)
  }

  /** `identity.launchWebAuthFlow` as Chromium has it: one at a time, its window closed by the user or at the end. */
  async runFlow(details: FlowDetails): Promise<string> {
    if (this.isFlowOpen) throw new Error('Only one web auth flow is allowed at a time.')
    this.isFlowOpen = true
    this.flows.push(details)
    const window = details.interactive ? this.openWindow({ type: 'popup', url: details.url }) : undefined
    const closed = new Promise<never>((_, reject) => {
      const close = (id: number) => {
        if (id !== window?.id) return
        this.onWindowRemoved.listeners.delete(close)
        this.isFlowOpen = false
        reject(new Error('The user did not approve access.'))
      }
      if (window) this.onWindowRemoved.listeners.set(close, { isOver: false })
    })
    try {
      return await Promise.race([this.signIn(details), closed])
    } finally {
      this.isFlowOpen = false
      if (window) this.closeWindow(window.id)
    }
  }
}

function newStorage(): Record<AreaName, FakeStorageArea> {
  return {
    local: new FakeStorageArea(),
    session: new FakeStorageArea(),
    sync: new FakeStorageArea(),
    managed: new FakeStorageArea(),
  }
}

const key = Symbol.for('dealpass test world')
const shared = globalThis as { [key]?: World }
shared[key] ??= new World()

/** The one world. Kept beside the modules, because a worker's death throws the modules away. */
export const world: World = shared[key]
