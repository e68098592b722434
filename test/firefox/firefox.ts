import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import puppeteer, { type Browser, type Frame, type Page } from 'puppeteer-core'
import { vi } from 'vitest'
import manifest from '../../manifest.json' with { type: 'json' }
import { ensureFirefox } from '../../scripts/browsers'
import { type SandboxProxy, startProxy } from '../sandbox/proxy'
import type { Sandbox } from '../sandbox/sandbox'

/** A running Firefox with the extension in it, under the addresses of the sandbox's real host names. */
export type ExtensionFirefox = {
  browser: Browser
  proxy: SandboxProxy
  /** Where the extension's documents are: `moz-extension://…/`. */
  origin: string
  /** Opens a document of the extension in a tab. */
  open(path: string): Promise<Page>
  /** Does what opens a page whose address fits, and gives that page once loaded. */
  opened(fits: (url: string) => boolean, open: () => Promise<unknown>): Promise<Page>
  /** Waits for the browser's own question about permissions, presses `Allow` in it, and gives what it asked for. */
  allowPermission(): Promise<string>
  /** Ends the event page as the browser does with an idle one. The next event or message starts it again. */
  endBackground(): Promise<void>
  /** What the extension reported as an error or left uncaught, background and documents alike, so far. */
  errors(): Promise<string[]>
  /** Photographs every page into a folder. For a failed test: whatever cannot be photographed is left out. */
  photograph(folder: string): Promise<void>
  close(): Promise<void>
}

const gecko = manifest.browser_specific_settings.gecko.id
// Firefox makes one up for each profile unless it finds one there.
const uuid = '5f3b2a10-6c1d-4e8a-9b57-0d2c4e6f8a1b'
const origin = `moz-extension://${uuid}/`

/** Waits until `read` gives something that is true; says `what` was waited for when it does not, and what it gave last. */
export async function until<T>(
  what: string,
  read: () => Promise<T>,
): Promise<Exclude<T, undefined | null | false | ''>> {
  let last: unknown
  try {
    return await vi.waitFor(
      async () => {
        last = await read()
        if (!last) throw new Error('not yet')
        return last as Exclude<T, undefined | null | false | ''>
      },
      { timeout: 20_000, interval: 50 },
    )
  } catch (cause) {
    throw new Error(`Waited in vain for ${what}; last: ${JSON.stringify(last)}`, { cause })
  }
}

/**
 * Starts Firefox with `dist/firefox` and the sandbox behind every https address. `profile` is a folder that stays, and
 * the extension in it: the next start with the same folder is that of a browser which has it. Throws a sentence when a
 * part is missing.
 */
export async function launchFirefox(sandbox: Sandbox, profile: string): Promise<ExtensionFirefox> {
  const extension = resolve('dist/firefox')
  if (!existsSync(join(extension, 'manifest.json')))
    throw new Error(`There is no extension in ${extension}: build it first with \`npm run build\`.`)
  const executablePath = ensureFirefox()
  // By a file that names the folder. What the protocol installs from a folder is temporary, so the next start would be an
  // installation, with the permissions of one.
  mkdirSync(join(profile, 'extensions'), { recursive: true })
  writeFileSync(join(profile, 'extensions', gecko), extension)
  const proxy = await startProxy(sandbox.port)
  const browser = await puppeteer
    .launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      userDataDir: profile,
      timeout: 60_000,
      acceptInsecureCerts: true,
      defaultViewport: null,
      // Lets the browser's own windows be driven too: the question about permissions is in one.
      args: ['--remote-allow-system-access', '--width=1200', '--height=900'],
      // Release builds take the address of their remote settings from the preference below only with this.
      env: { ...process.env, MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' },
      extraPrefsFirefox: {
        // What lies in a profile is off until somebody switches it on, and without a signature it stays off.
        'extensions.autoDisableScopes': 0,
        'xpinstall.signatures.required': false,
        'extensions.webextensions.uuids': JSON.stringify({ [gecko]: uuid }),
        'network.proxy.type': 1,
        'network.proxy.ssl': '127.0.0.1',
        'network.proxy.ssl_port': proxy.port,
        'network.proxy.http': '127.0.0.1',
        'network.proxy.http_port': proxy.port,
        'services.settings.server': 'data:,#remote-settings-dummy/v1',
        // A click on the browser's question counts at once.
        'security.notification_enable_delay': 0,
        'intl.accept_languages': 'en-US, en',
      },
    })
    .catch(async (error: unknown) => {
      await proxy.stop()
      throw error
    })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= browser.close().then(proxy.stop)
    return closed
  }
  try {
    await until('the extension to start', () =>
      inBrowserWindow(browser, `WebExtensionPolicy.getByID('${gecko}')?.extension.backgroundState`),
    )
  } catch (error) {
    await close()
    throw error
  }
  return {
    browser,
    proxy,
    origin,
    open: path => open(browser, `${origin}${path}`),
    opened: async (fits, act) => {
      await act()
      return await until('a page to open', () => pageAt(browser, fits))
    },
    allowPermission: () =>
      until('the question about permissions', () =>
        inBrowserWindow<string>(
          browser,
          `(() => {
            const question = document.getElementById('addon-webext-permissions-notification')
            if (!question || PopupNotifications.panel.state !== 'open') return ''
            const words = question.textContent
            question.button.click()
            return words
          })()`,
        ),
      ),
    endBackground: () => inBrowserWindow(browser, endBackground),
    errors: () => inBrowserWindow<string[]>(browser, errorsOf(origin)),
    photograph: async folder => {
      mkdirSync(folder, { recursive: true })
      for (const [index, page] of (await browser.pages()).entries())
        await page.screenshot({ path: join(folder, `page-${index + 1}.png`) }).catch(() => {})
    },
    close,
  }
}

async function open(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage()
  // The load event of an extension's document never comes, so nobody may wait for it.
  page.goto(address, { timeout: 0 }).catch(() => {})
  await until(`${address} to load`, () => isLoadedAt(page, url => url === address))
  return page
}

async function pageAt(browser: Browser, fits: (url: string) => boolean): Promise<Page | undefined> {
  for (const page of await browser.pages()) if (await isLoadedAt(page, fits)) return page
  return undefined
}

// `page.url()` stays at about:blank where the browser does not report the load.
async function isLoadedAt(page: Page, fits: (url: string) => boolean): Promise<boolean> {
  const [url = '', state] = await page.evaluate(() => [location.href, document.readyState]).catch(() => [])
  return fits(url) && state === 'complete'
}

type Bidi = {
  connection: {
    send(
      method: 'browsingContext.getTree',
      input: object,
    ): Promise<{ result: { contexts: { context: string }[] } }>
    send(
      method: 'script.evaluate',
      input: object,
    ): Promise<{
      result:
        | { type: 'success'; result: { value: string } }
        | { type: 'exception'; exceptionDetails: { text: string } }
    }>
  }
}

/** Evaluates an expression in the browser's own window, and waits for a promise. Its result crosses as JSON. */
async function inBrowserWindow<Result>(browser: Browser, expression: string): Promise<Result> {
  // Puppeteer shows the windows of the browser itself to nobody, but the protocol does.
  const { connection } = browser as unknown as Bidi
  const tree = await connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' })
  const { result } = await connection.send('script.evaluate', {
    expression: `(async () => JSON.stringify((await ${expression}) ?? null))()`,
    awaitPromise: true,
    target: { context: tree.result.contexts[0]?.context },
  })
  if (result.type === 'exception') throw new Error(result.exceptionDetails.text)
  return JSON.parse(result.result.value) as Result
}

const endBackground = `new Promise(resolve => {
  const { extension } = WebExtensionPolicy.getByID('${gecko}')
  if (extension.backgroundState === 'stopped') return resolve()
  extension.once('shutdown-background-script', () => resolve())
  extension.terminateBackground({ ignoreDevToolsAttached: true, disableResetIdleForTest: true })
})`

const errorsOf = (from: string) => `(() => {
  const from = ${JSON.stringify(from)}
  const uncaught = Services.console.getMessageArray()
    .filter(message => message instanceof Ci.nsIScriptError)
    .filter(({ sourceName, flags }) => sourceName?.startsWith(from) && !(flags & Ci.nsIScriptError.warningFlag))
    .map(({ sourceName, errorMessage }) => sourceName.slice(from.length) + ': ' + errorMessage)
  const reported = Cc['@mozilla.org/consoleAPI-storage;1'].getService(Ci.nsIConsoleAPIStorage).getEvents()
    .filter(({ level, filename }) => filename?.startsWith(from) && (level === 'error' || level === 'assert'))
    .map(event => event.filename.slice(from.length) + ': ' + event.arguments.map(String).join(' '))
  return [...uncaught, ...reported]
})()`

/** Clicks, as a person does, the button with this accessible name, once it is there and takes clicks. */
export async function click(where: Page | Frame, name: string, role = 'button'): Promise<void> {
  const button = await until(`the ${role} “${name}”`, async () => {
    // What finds by accessible name stops at shadow roots, what looks into them knows no names.
    const found =
      (await where.$(`::-p-aria(${name}[role="${role}"])`)) ??
      (await where.$(`:root >>> button::-p-text(${name})`))
    const isDead = await found?.evaluate(
      one => (one as HTMLButtonElement).disabled || one.ariaDisabled === 'true',
    )
    return found && isDead === false ? found : undefined
  })
  await button.click()
}

/** Types into the field with this label. */
export async function fill(page: Page, label: string, text: string): Promise<void> {
  const field = await until(`the field “${label}”`, () => page.$(`::-p-aria(${label})`))
  await field.type(text)
}

/** Waits until the element holds the text. */
export async function waitForText(where: Page | Frame, selector: string, text: string): Promise<void> {
  let last: string | undefined
  await until(`“${text}” in ${selector}`, async () => {
    last = await where.evaluate(one => document.querySelector(one)?.textContent, selector)
    return last?.includes(text)
  }).catch((cause: unknown) => {
    throw new Error(`Waited in vain for “${text}” in ${selector}; it says “${last}”`, { cause })
  })
}
