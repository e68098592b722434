/**
 * Stands for `webextension-polyfill`: the extension API as one life of the background sees the `world`. Each import
 * of a new module graph is a new life; the calls of one that is over do nothing and are never answered.
 */
import manifest from '../../manifest.json' with { type: 'json' }
import type { FakeEvent } from './event'
import { patternsCover } from './patterns'
import type { Injection, RegisteredScript } from './scripting'
import { type AreaName, extensionId, extensionOrigin, type FlowDetails, world } from './world'

const { life } = world
const never = new Promise<never>(() => undefined)

/** A call as it crosses to the browser's process: arguments and result are copies, and it takes a turn. */
function call<Args extends unknown[], T>(run: (...args: Args) => T | Promise<T>) {
  return async (...args: Args): Promise<T> => {
    if (life.isOver) return never
    const copies = structuredClone(args)
    try {
      const result = structuredClone(await run(...copies))
      return life.isOver ? await never : result
    } catch (error) {
      return life.isOver ? await never : Promise.reject(error)
    }
  }
}

const event = <Args extends unknown[]>(from: FakeEvent<Args>) => from.of(life)

function area(name: AreaName) {
  const setAccessLevel = call(({ accessLevel }: { accessLevel: string }) => {
    world.storage[name].accessLevel = accessLevel
  })
  return {
    get: call((keys?: string | string[] | null) => world.storage[name].get(keys)),
    set: call((items: Record<string, unknown>) => world.storage[name].set(items)),
    ...(world.isFirefox ? {} : { setAccessLevel }),
  }
}

const chromiumOnly = {
  // Documents of the extension, and no others.
  getContexts: call(({ documentIds }: { documentIds?: string[] }) =>
    (documentIds ?? [])
      .filter(id => world.documents.get(id)?.url.startsWith(`${extensionOrigin}/`))
      .map(documentId => ({ documentId })),
  ),
}

const firefoxOnly = {
  getBrowserInfo: call(() => ({ name: 'Firefox', vendor: 'Mozilla', version: '140.0', buildID: '' })),
}

const executed = call((injection: Injection) => world.scripting.execute(injection))

const scripting = {
  executeScript: ({ func, ...injection }: Omit<Injection, 'func'> & { func?: () => unknown }) =>
    executed({ ...injection, ...(func ? { func: String(func) } : {}) }),
  registerContentScripts: call((scripts: RegisteredScript[]) => world.scripting.register(scripts)),
  unregisterContentScripts: call((filter?: { ids?: string[] }) => world.scripting.unregister(filter?.ids)),
  getRegisteredContentScripts: call((filter?: { ids?: string[] }) =>
    [...world.scripting.registered.values()].filter(({ id }) => filter?.ids?.includes(id) ?? true),
  ),
}

/** The manifest as the build writes it. */
const built = {
  ...manifest,
  content_scripts: manifest.content_scripts.map(script => ({
    ...script,
    js: script.js.map(file => file.replace(/\.ts$/, '.js')),
  })),
}

const browser = {
  runtime: {
    id: extensionId,
    getURL: (path: string) => `${extensionOrigin}/${path.replace(/^\//, '')}`,
    getManifest: () => structuredClone(built),
    getPlatformInfo: call(() => {
      world.platformInfos += 1
      return { os: 'linux', arch: 'x86-64' }
    }),
    onMessage: event(world.onMessage),
    onConnect: event(world.onConnect),
    onStartup: event(world.onStartup),
    onInstalled: event(world.onInstalled),
    ...(world.isFirefox ? firefoxOnly : chromiumOnly),
  },
  storage: { local: area('local'), session: area('session'), sync: area('sync'), managed: area('managed') },
  identity: {
    getRedirectURL: (path = '') => `https://${extensionId}.chromiumapp.org/${path.replace(/^\//, '')}`,
    launchWebAuthFlow: call((details: FlowDetails) => world.runFlow(details)),
  },
  permissions: {
    contains: call(({ origins = [] }: { origins?: string[] }) =>
      origins.every(one => world.isPermitted(one)),
    ),
    remove: call(({ origins = [] }: { origins?: string[] }) => {
      if (origins.some(one => manifest.host_permissions.includes(one)))
        throw new Error('You cannot remove required permissions.')
      const had = origins.filter(one => world.granted.has(one))
      if (had.length > 0) world.revoke(...had)
      return had.length > 0
    }),
    onAdded: event(world.onPermissionsAdded),
    onRemoved: event(world.onPermissionsRemoved),
  },
  scripting,
  action: {
    setBadgeText: call(({ text }: { text: string }) => {
      world.badge = text
    }),
  },
  alarms: {
    create: call((name: string, { when }: { when: number }) => void world.alarms.set(name, when)),
    clear: call((name: string) => world.alarms.delete(name)),
    onAlarm: event(world.onAlarm),
  },
  windows: {
    create: call(async ({ url, type = 'normal' }: { url: string; type?: string }) => {
      await world.windowFault?.()
      return world.openWindow({ type, url })
    }),
    remove: call((id: number) => {
      if (!world.windows.has(id)) throw new Error(`No window with id: ${id}.`)
      world.closeWindow(id)
    }),
    update: call((id: number, { focused }: { focused?: boolean }) => {
      const window = world.windows.get(id)
      if (!window) throw new Error(`No window with id: ${id}.`)
      if (focused) world.focused = id
      return window
    }),
    onCreated: event(world.onWindowCreated),
    onRemoved: event(world.onWindowRemoved),
  },
  tabs: {
    get: call((id: number) => {
      const url = world.tabs.get(id)
      if (url === undefined) throw new Error(`Invalid tab ID: ${id}`)
      return { id, url }
    }),
    query: call(
      ({
        url,
        windowId,
        windowType,
      }: {
        url?: string | string[]
        windowId?: number
        windowType?: string
      }) => {
        const inWindows = [...world.windows.values()]
          .filter(({ type }) => type === 'popup')
          .map(window => ({
            id: window.id,
            windowId: window.id,
            url: window.url,
            openerTabId: window.openerTabId,
          }))
        const inTabs = [...world.tabs].map(([id, at]) => ({
          id,
          windowId: 1,
          url: at,
          openerTabId: undefined,
        }))
        return [...(windowType === 'popup' ? [] : inTabs), ...inWindows].filter(
          tab =>
            (windowId === undefined || tab.windowId === windowId) &&
            (url === undefined || patternsCover([url].flat(), tab.url)),
        )
      },
    ),
    sendMessage: call((tab: number, message: unknown, to: { documentId?: string } = {}) => {
      if (to.documentId !== undefined && !world.documents.has(to.documentId))
        throw new Error('Could not establish connection. Receiving end does not exist.')
      world.told.push({ tab, message })
      return true
    }),
    onUpdated: event(world.onTabUpdated),
    onRemoved: event(world.onTabRemoved),
  },
}

export default browser
