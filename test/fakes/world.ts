import { elsewhere, FakeEvent, type Life } from './event'
import { patternsCover, permits } from './patterns'
import { Channel, type FakePort } from './port'
import { type FakeDocument, FakeScripting } from './scripting'

/**
 * A browser around the extension, as far as the extension can see it: what it keeps, what it opens, what it fires.
 * It outlives the worker, so it is one for all module graphs of a test file; `reset` makes a new profile of it.
 */

export const extensionId = 'abcdefghijklmnopabcdefghijklmnop'
export const extensionOrigin = `chrome-extension://${extensionId}`

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
    // Most of the time of long sequences goes into copies that nobody looks at.
    if (this.onChanged.isHeard) this.onChanged.fire(structuredClone(changes))
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
  /** Documents that exist in tabs, by their ids. */
  documents = new Map<string, FakeDocument>()
  scripting = new FakeScripting(this)
  /** Ports that documents have opened, and that have not ended. */
  channels = new Set<Channel>()
  /** What documents in tabs were told by message, in order. */
  told: { tab: number; message: unknown }[] = []
  /** How often the background has asked what it runs on: any call keeps it alive. */
  platformInfos = 0
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
  /**
   * Firefox has neither `runtime.getContexts` nor `setAccessLevel`, and `runtime.getBrowserInfo` alone. Settled before the
   * background starts.
   */
  isFirefox = false
  isFlowOpen = false
  /** What stands on the toolbar button. */
  badge = ''
  /** The window that was brought to the front last. */
  focused: number | undefined

  readonly onMessage = new FakeEvent<[message: unknown, sender: object]>()
  readonly onConnect = new FakeEvent<[FakePort]>()
  readonly onTabUpdated = new FakeEvent<[number, object, object]>()
  readonly onStartup = new FakeEvent<[]>()
  readonly onInstalled = new FakeEvent<[object]>()
  readonly onPermissionsAdded = new FakeEvent<[object]>()
  readonly onPermissionsRemoved = new FakeEvent<[object]>()
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
    this.documents = new Map()
    this.scripting = new FakeScripting(this)
    this.channels = new Set()
    this.told = []
    this.platformInfos = 0
    this.flows = []
    this.reports = []
    this.strays = []
    this.signIn = () => Promise.reject(new Error('No sign-in expected'))
    this.windowFault = undefined
    this.isFirefox = false
    this.isFlowOpen = false
    this.focused = undefined
    this.badge = ''
    this.openWindow({ type: 'normal', url: 'https://app.futuresimple.com/leads/1' })
  }

  /** The worker is stopped, and every port with it; windows, alarms, registered scripts and storage stay. */
  endLife(): void {
    this.life.isOver = true
    this.life = { isOver: false }
    for (const channel of this.channels) if (channel.background) this.#end(channel, channel.background)
  }

  #end(channel: Channel, end: FakePort): void {
    this.channels.delete(channel)
    end.die()
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

  /** A permission goes: given back by us, or taken back by the user in the browser's own settings. */
  revoke(...origins: string[]): void {
    for (const origin of origins) this.granted.delete(origin)
    this.onPermissionsRemoved.fire({ origins })
  }

  /** A document opens a port, which starts the worker where there is none. Gives the document's end. */
  connect(sender: object): FakePort {
    const channel = new Channel(structuredClone(sender))
    this.channels.add(channel)
    this.deliver()
    return channel.page
  }

  /** Ports that were waiting for a worker reach it. */
  deliver(): void {
    if (!this.onConnect.isHeard) return
    for (const channel of this.channels)
      if (!channel.background) channel.arrive(this.life, port => void this.onConnect.fire(port))
  }

  /** A document is there, in its tab, and a person looks at it, who has not used it lately. */
  openDocument(id: string, document: Pick<FakeDocument, 'tabId' | 'url'> & Partial<FakeDocument>): void {
    this.tabs.set(document.tabId, this.tabs.get(document.tabId) ?? document.url)
    this.documents.set(id, { isVisible: true, isActivated: false, ...document })
  }

  /** A document goes, and its ports with it. */
  closeDocument(id: string): void {
    this.documents.delete(id)
    for (const channel of this.channels)
      if ((channel.sender as { documentId?: string }).documentId === id) this.#end(channel, channel.page)
  }

  /** An alarm's time has come. */
  ring(name: string): void {
    this.alarms.delete(name)
    this.onAlarm.fire({ name, scheduledTime: Date.now() })
  }

  canReach(address: string): boolean {
    return patternsCover(this.granted, address)
  }

  isPermitted(pattern: string): boolean {
    return permits(this.granted, pattern)
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
      if (window) this.onWindowRemoved.listeners.set(close, elsewhere)
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
