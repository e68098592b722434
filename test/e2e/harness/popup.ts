import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CDPSession } from '@playwright/test'
import { type AttachedTarget, attachTarget } from './attached-target'
import type { ChromeApi } from './chrome-api'
import type { ExtensionBrowser } from './chromium'

declare const chrome: ChromeApi

/** One element as assistive technology sees it. */
type PopupElement = {
  role: string
  name: string
  description: string
  value: string
  checked: boolean
  pressed: boolean
  expanded: boolean
  disabled: boolean
  focused: boolean
  /** Its node, as the DevTools protocol's `backendNodeId`. */
  node: number
}

type Patience = { timeout?: number }

/**
 * The real popup. Roles are ARIA's; a name given as text must be the whole accessible name. What waits does so
 * for `timeout` ms (10 s when left out) and then throws with the popup's outline.
 */
export type Popup = {
  /** Its own DevTools session. */
  target: AttachedTarget
  /** All elements that fit, now. */
  getByRole(role: string, name?: string | RegExp): Promise<PopupElement[]>
  /** The first element that fits, as soon as there is one. */
  waitFor(role: string, name?: string | RegExp, patience?: Patience): Promise<PopupElement>
  /** Resolves when no element fits any more. */
  waitForGone(role: string, name?: string | RegExp, patience?: Patience): Promise<void>
  /** The visible text of the popup, or of one element of it, as soon as it fits. */
  waitForText(
    pattern: string | RegExp,
    patience?: Patience & { within?: [role: string, name?: string | RegExp] },
  ): Promise<string>
  /** A trusted mouse click in the middle of the element, as soon as it is there, enabled and uncovered. */
  click(role: string, name?: string | RegExp, patience?: Patience): Promise<void>
  /** A trusted key: `Tab`, `Shift+Tab`, `Enter`, `Space`, `Escape`, `ArrowDown` and so on, or one character. */
  key(name: string): Promise<void>
  /** The visible text of the popup, or of the first element that fits. */
  text(role?: string, name?: string | RegExp): Promise<string>
  /** One line for each element that has a role and a name, indented as they are nested. */
  outline(): Promise<string>
  /** A PNG of the whole popup, `scale` pixels for each of its own. */
  screenshot(path: string, options?: { scale?: number }): Promise<void>
  /** By the browser's word: is there a document of the kind POPUP? */
  isOpen(): Promise<boolean>
  close(): Promise<void>
}

const patience = 10_000
// Some changes leave no trace in the document (a property set by a script): a look at this interval finds them.
const interval = 250

/**
 * Opens the popup as a click on the toolbar button does, or takes the one that is open. Throws when the
 * browser refuses for 10 s.
 */
export async function openPopup(browser: ExtensionBrowser): Promise<Popup> {
  const { cdp } = browser
  const address = await browser.inWorker(
    async ({ patience, interval }) => {
      const deadline = Date.now() + patience
      const events = [chrome.windows.onCreated, chrome.windows.onFocusChanged, chrome.windows.onRemoved]
      const nextWindowEvent = () =>
        new Promise<void>(resolve => {
          const done = () => {
            for (const event of events) event.removeListener(done)
            clearTimeout(timer)
            resolve()
          }
          const timer = setTimeout(done, interval)
          for (const event of events) event.addListener(done)
        })
      for (;;) {
        const open = await chrome.runtime.getContexts({ contextTypes: ['POPUP'] })
        if (open[0]) return open[0].documentUrl ?? chrome.action.getPopup({})
        try {
          const [normal = await chrome.windows.create({})] = await chrome.windows.getAll({
            windowTypes: ['normal'],
          })
          // An auth window that is open, or was a moment ago, is the active one, and has no toolbar.
          await chrome.windows.update(normal.id, { focused: true })
          await chrome.action.openPopup({ windowId: normal.id })
          if (Date.now() > deadline) throw new Error('The popup closes as soon as it is opened.')
        } catch (error) {
          if (Date.now() > deadline) throw error
          await nextWindowEvent()
        }
      }
    },
    { patience, interval },
  )
  const target = await popupTarget(cdp, address)
  await target.send('Page.enable')
  // The context's colour scheme reaches only the pages that Playwright knows.
  const features = [{ name: 'prefers-color-scheme', value: browser.colorScheme }]
  await target.send('Emulation.setEmulatedMedia', { features })
  return drivePopup(browser, target)
}

async function popupTarget(cdp: CDPSession, address: string): Promise<AttachedTarget> {
  const deadline = Date.now() + patience
  const [path = address] = address.split(/[?#]/)
  for (;;) {
    const { targetInfos } = await cdp.send('Target.getTargets')
    for (const { targetId, type, url } of targetInfos) {
      if (type !== 'page' || !url.startsWith(path)) continue
      const target = await attachTarget(cdp, targetId)
      // The same document opened in a tab has the same address and type.
      const expression = "chrome.extension.getViews({ type: 'popup' }).includes(window)"
      const { result } = await target.send('Runtime.evaluate', { expression })
      if (result.value === true) return target
      await target.detach()
    }
    if (Date.now() > deadline) throw new Error(`The browser has no target for the popup ${address}.`)
    await delay(20)
  }
}

const keys: Record<string, { key: string; code: string; number: number; text?: string }> = {
  Tab: { key: 'Tab', code: 'Tab', number: 9 },
  Enter: { key: 'Enter', code: 'Enter', number: 13, text: '\r' },
  Space: { key: ' ', code: 'Space', number: 32, text: ' ' },
  Escape: { key: 'Escape', code: 'Escape', number: 27 },
  Backspace: { key: 'Backspace', code: 'Backspace', number: 8 },
  Delete: { key: 'Delete', code: 'Delete', number: 46 },
  Home: { key: 'Home', code: 'Home', number: 36 },
  End: { key: 'End', code: 'End', number: 35 },
  ArrowLeft: { key: 'ArrowLeft', code: 'ArrowLeft', number: 37 },
  ArrowUp: { key: 'ArrowUp', code: 'ArrowUp', number: 38 },
  ArrowRight: { key: 'ArrowRight', code: 'ArrowRight', number: 39 },
  ArrowDown: { key: 'ArrowDown', code: 'ArrowDown', number: 40 },
}
const modifiers: Record<string, number> = { Alt: 1, Control: 2, Meta: 4, Shift: 8 }

// Runs in a world of its own, so that the popup's scripts cannot see it.
const watchChanges = `(() => {
  let count = 0
  let waiting = []
  const noted = () => { count++; for (const wake of waiting.splice(0)) wake() }
  new MutationObserver(noted).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  for (const type of ['input', 'change', 'focusin', 'focusout', 'transitionend', 'animationend'])
    addEventListener(type, noted, true)
  globalThis.changes = {
    count: () => count,
    since: (last, most) => last === count && new Promise(wake => { waiting.push(wake); setTimeout(wake, most) }),
  }
})()`

type AxNode = Awaited<ReturnType<typeof readTree>>[number]

async function readTree(target: AttachedTarget) {
  return (await target.send('Accessibility.getFullAXTree')).nodes
}

function elementOf(node: AxNode): PopupElement {
  const property = (name: string) => node.properties?.find(property => property.name === name)?.value.value
  const isTrue = (name: string) => property(name) === true || property(name) === 'true'
  const role = String(node.role?.value ?? '')
  return {
    // The protocol's name for ARIA's role.
    role: role === 'image' ? 'img' : role,
    name: String(node.name?.value ?? '')
      .replace(/\s+/g, ' ')
      .trim(),
    description: String(node.description?.value ?? ''),
    value: String(node.value?.value ?? ''),
    checked: isTrue('checked'),
    pressed: isTrue('pressed'),
    expanded: isTrue('expanded'),
    disabled: isTrue('disabled'),
    focused: isTrue('focused'),
    node: node.backendDOMNodeId ?? 0,
  }
}

function fits(text: string, pattern: string | RegExp | undefined): boolean {
  if (pattern === undefined) return true
  return typeof pattern === 'string' ? text === pattern : text.search(pattern) >= 0
}

function described(role: string, name?: string | RegExp): string {
  return name === undefined ? role : `${role} ${typeof name === 'string' ? `"${name}"` : name}`
}

function drivePopup(browser: ExtensionBrowser, target: AttachedTarget): Popup {
  let world: number | undefined
  target.on('Page.frameNavigated', () => {
    world = undefined
  })

  const inWorld = async <Result>(expression: string): Promise<Result> => {
    if (world === undefined) {
      const { frameTree } = await target.send('Page.getFrameTree')
      const created = await target.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id })
      world = created.executionContextId
      await target.send('Runtime.evaluate', { expression: watchChanges, contextId: world })
    }
    const { result } = await target.send('Runtime.evaluate', {
      expression,
      contextId: world,
      awaitPromise: true,
      returnByValue: true,
    })
    return result.value as Result
  }

  /** Looks again after each change of the document, until `look` gives something. */
  const until = async <Result>(
    look: () => Promise<Result | undefined | false>,
    what: string,
    { timeout = patience }: Patience = {},
  ): Promise<Result> => {
    const deadline = Date.now() + timeout
    for (;;) {
      const left = deadline - Date.now()
      try {
        const count = await inWorld<number>('changes.count()')
        const found = await look()
        if (found !== undefined && found !== false) return found
        if (left <= 0) break
        await inWorld(`changes.since(${count}, ${Math.min(left, interval)})`)
      } catch (error) {
        // The element was drawn anew, or the document loaded again, between two questions about it.
        if (left <= 0 || target.isGone() || !/node|context/i.test(String(error))) throw error
        world = undefined
      }
    }
    throw new Error(`${what} within ${timeout} ms. The popup:\n${await outline()}`)
  }

  const getByRole: Popup['getByRole'] = async (role, name) =>
    (await readTree(target))
      .filter(node => !node.ignored)
      .map(elementOf)
      .filter(element => element.role === role && fits(element.name, name))

  const outline = async () => {
    const nodes = await readTree(target)
    const byId = new Map(nodes.map(node => [node.nodeId, node]))
    const lines = (node: AxNode | undefined, depth: number): string[] => {
      if (!node) return []
      const { role, name } = elementOf(node)
      const shows = !node.ignored && name && role !== 'InlineTextBox'
      const below = (node.childIds ?? []).flatMap(id => lines(byId.get(id), shows ? depth + 1 : depth))
      return shows ? [`${'  '.repeat(depth)}${role} "${name}"`, ...below] : below
    }
    return lines(nodes[0], 0).join('\n')
  }

  const onNode = async <Result>(node: number, body: string, ...values: unknown[]): Promise<Result> => {
    const { object } = await target.send('DOM.resolveNode', { backendNodeId: node })
    const { result } = await target.send('Runtime.callFunctionOn', {
      objectId: object.objectId,
      functionDeclaration: body,
      arguments: values.map(value => ({ value })),
      awaitPromise: true,
      returnByValue: true,
    })
    return result.value as Result
  }

  const textOf = async (role?: string, name?: string | RegExp): Promise<string | undefined> => {
    if (role === undefined) return inWorld<string>('document.body.innerText')
    const [element] = await getByRole(role, name)
    return (
      element && onNode<string>(element.node, 'function () { return this.innerText ?? this.textContent }')
    )
  }

  /** Where to click, once the element rests and nothing lies over it. */
  const placeToClick = async (role: string, name?: string | RegExp) => {
    const element = (await getByRole(role, name)).find(({ disabled }) => !disabled)
    if (!element) return
    await target.send('DOM.scrollIntoViewIfNeeded', { backendNodeId: element.node })
    const placeOf = `async function () {
      const box = () => { const { x, y, width, height } = this.getBoundingClientRect(); return { x, y, width, height } }
      const before = box()
      await new Promise(requestAnimationFrame)
      const now = box()
      const place = { x: now.x + now.width / 2, y: now.y + now.height / 2 }
      const hit = this.getRootNode().elementFromPoint(place.x, place.y)
      const isHit = hit && (this.contains(hit) || hit.closest('label')?.control === this)
      return JSON.stringify(before) === JSON.stringify(now) && isHit ? place : false
    }`
    return onNode<{ x: number; y: number } | false>(element.node, placeOf)
  }

  const orGone = (error: unknown) => {
    if (!target.isGone()) throw error
  }

  return {
    target,
    getByRole,
    outline,
    waitFor: (role, name, limit) =>
      until(async () => (await getByRole(role, name))[0], `No ${described(role, name)}`, limit),
    waitForGone: async (role, name, limit) => {
      const isGone = async () => (await getByRole(role, name)).length === 0
      await until(isGone, `Still a ${described(role, name)}`, limit)
    },
    waitForText: (pattern, { within, ...limit } = {}) =>
      until(
        async () => {
          const text = await (within ? textOf(...within) : textOf())
          if (text === undefined) return
          return (typeof pattern === 'string' ? text.includes(pattern) : fits(text, pattern)) && { text }
        },
        `No text ${pattern}`,
        limit,
      ).then(({ text }) => text),
    click: async (role, name, limit) => {
      const look = () => placeToClick(role, name)
      const { x, y } = await until(look, `No ${described(role, name)} that can be clicked`, limit)
      const mouse = (type: 'mouseMoved' | 'mousePressed' | 'mouseReleased') =>
        target.send('Input.dispatchMouseEvent', {
          type,
          x,
          y,
          button: type === 'mouseMoved' ? 'none' : 'left',
          clickCount: type === 'mouseMoved' ? 0 : 1,
        })
      await mouse('mouseMoved')
      await mouse('mousePressed')
      // The click may be the popup's end, and then nobody answers.
      await mouse('mouseReleased').catch(orGone)
    },
    key: async name => {
      const parts = name.split('+')
      const last = parts.pop() ?? ''
      const { number, ...stroke } = keys[last] ?? { key: last, code: '', number: 0, text: last }
      const event = {
        ...stroke,
        windowsVirtualKeyCode: number,
        modifiers: parts.reduce((sum, part) => sum | (modifiers[part] ?? 0), 0),
      }
      await target.send('Input.dispatchKeyEvent', { type: stroke.text ? 'keyDown' : 'rawKeyDown', ...event })
      await target.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event }).catch(orGone)
    },
    text: async (role, name) => {
      const text = await textOf(role, name)
      if (text === undefined)
        throw new Error(`No ${described(role ?? '', name)}. The popup:\n${await outline()}`)
      return text
    },
    screenshot: async (path, { scale = 2 } = {}) => {
      const { cssLayoutViewport: view } = await target.send('Page.getLayoutMetrics')
      const clip = { x: view.pageX, y: view.pageY, width: view.clientWidth, height: view.clientHeight, scale }
      const { data } = await target.send('Page.captureScreenshot', { format: 'png', clip })
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, data, 'base64')
    },
    isOpen: () =>
      browser.inWorker(
        async () => (await chrome.runtime.getContexts({ contextTypes: ['POPUP'] })).length > 0,
      ),
    close: async () => {
      if (target.isGone()) return
      await browser.cdp.send('Target.closeTarget', { targetId: target.targetId })
      await target.gone
    },
  }
}
