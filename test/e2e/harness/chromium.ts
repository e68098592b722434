import { EventEmitter, once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type BrowserContext, type CDPSession, chromium, type Worker } from '@playwright/test'
import { ensureChromium } from '../../../scripts/browsers'
import { type AttachedTarget, attachTarget } from './attached-target'
import { collectErrors } from './collected-errors'

/** How `launchChromium` starts the browser. */
export type ChromiumOptions = {
  /** The folder of the unpacked extension; `dist/chrome` when left out. */
  extension?: string
  /**
   * Where every https host leads, and the SHA-256 (base64) of the one public key that is believed there; with
   * `httpPort` also where every http host leads.
   */
  sandbox: { port: number; spki: string; httpPort?: number }
  /** A profile folder to go on with, as after a restart; a new one, removed at the end, when left out. */
  profile?: string
  /** False shows a window. */
  headless?: boolean
  colorScheme?: 'light' | 'dark'
  /** Pixels of a screenshot for each of the page's own; a visible window has the screen's. */
  scale?: number
  args?: string[]
  /** Keeps pages in the back/forward cache, which Playwright switches off. */
  backForwardCache?: boolean
}

/** A running Chromium with the extension in it. */
export type ExtensionBrowser = {
  context: BrowserContext
  extensionId: string
  profile: string
  colorScheme: 'light' | 'dark'
  /** The browser's own session: targets that Playwright does not show are found here. */
  cdp: CDPSession
  /** A hidden page, no screen of the extension, on which the ServiceWorker domain is enabled. */
  workers: AttachedTarget
  /** The running service worker; starts it where it was stopped. */
  worker(): Promise<Worker>
  /** Resolves once the service worker is in the given state, also when it is already. */
  workerIs(state: 'running' | 'stopped'): Promise<void>
  /** Runs the function in the worker with an input of plain JSON; again, when the worker was stopped meanwhile. */
  inWorker<Result, Input = undefined>(
    run: (input: Input) => Result | Promise<Result>,
    input?: Input,
  ): Promise<Result>
  /** The same with an expression: for what is made of several functions. */
  evaluateInWorker<Result>(expression: string): Promise<Result>
  /** Error messages and uncaught errors of the service worker and the extension's documents so far. */
  errors(): Promise<string[]>
  /** Everything that went to a console so far, of the extension and of every page. */
  said(): Promise<{ place: string; text: string }[]>
  /** Ends the browser; the profile stays until this program ends, for a relaunch on it. */
  close(): Promise<void>
}

const startLimit = 10_000

// The last of two such switches counts, so this one has what Playwright switches off as far as it matters here (https
// in place of http, and what a window shows before its page), and two documents of the address bar, which take as long
// to load as all of ours together.
const disabledFeatures = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
]

// The browser's own traffic must not reach the sandbox, which counts what it sees, nor the network. Nor may the
// redirect back to the extension: the browser catches it, but where the host resolves the request may get out first.
// The first rule that fits counts, and an exclusion comes before all.
function resolverRules({ port, httpPort }: ChromiumOptions['sandbox']): string {
  return [
    'MAP *.google.com ~NOTFOUND',
    'MAP *.googleapis.com ~NOTFOUND',
    'MAP *.chromiumapp.org ~NOTFOUND',
    `MAP *:443 127.0.0.1:${port}`,
    // Another origin of the same host.
    `MAP *:8443 127.0.0.1:${port}`,
    ...(httpPort === undefined ? [] : [`MAP *:80 127.0.0.1:${httpPort}`]),
    'MAP * ~NOTFOUND',
    'EXCLUDE 127.0.0.1',
    'EXCLUDE localhost',
  ].join(', ')
}

const profiles = new Set<string>()

function newProfile(): string {
  const profile = mkdtempSync(join(tmpdir(), 'dealpass-profile-'))
  if (profiles.size === 0) process.once('exit', removeProfiles)
  profiles.add(profile)
  return profile
}

function removeProfiles(): void {
  for (const profile of profiles) rmSync(profile, { recursive: true, force: true, maxRetries: 3 })
}

/**
 * Starts Chromium with the unpacked extension, reaching the sandbox under the real host names. Throws a
 * sentence when the browser or the build is missing, or when the extension does not start.
 */
export async function launchChromium(options: ChromiumOptions): Promise<ExtensionBrowser> {
  const {
    sandbox,
    headless = true,
    colorScheme = 'light',
    profile = newProfile(),
    scale = 1,
    args = [],
    backForwardCache = false,
  } = options
  const extension = resolve(options.extension ?? 'dist/chrome')
  if (!existsSync(join(extension, 'manifest.json'))) {
    throw new Error(`There is no extension in ${extension}: build it first with \`npm run build\`.`)
  }
  const executablePath = ensureChromium()
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    // Playwright's own headless mode is a browser without extensions.
    headless: false,
    colorScheme,
    ...(backForwardCache ? { ignoreDefaultArgs: ['--disable-back-forward-cache'] } : {}),
    // A fixed viewport would keep a visible window from being resized by whoever plays in it.
    ...(headless ? { deviceScaleFactor: scale } : { viewport: null }),
    args: [
      ...(headless ? ['--headless=new'] : []),
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${disabledFeatures.join(',')}`,
      `--load-extension=${extension}`,
      `--disable-extensions-except=${extension}`,
      `--host-resolver-rules=${resolverRules(sandbox)}`,
      `--ignore-certificate-errors-spki-list=${sandbox.spki}`,
      ...args,
    ],
  })
  try {
    return await driveExtension(context, { profile, colorScheme, executablePath })
  } catch (error) {
    await context.close()
    throw error
  }
}

async function driveExtension(
  context: BrowserContext,
  {
    profile,
    colorScheme,
    executablePath,
  }: Pick<ExtensionBrowser, 'profile' | 'colorScheme'> & { executablePath: string },
): Promise<ExtensionBrowser> {
  const browser = context.browser()
  if (!browser) throw new Error('The context has no browser.')
  const cdp = await browser.newBrowserCDPSession()
  const first =
    context.serviceWorkers()[0] ??
    (await context.waitForEvent('serviceworker', { timeout: startLimit }).catch(() => {
      throw new Error(
        `The extension did not start within ${startLimit} ms in ${executablePath}, version ${browser.version()}.`,
      )
    }))
  const extensionId = new URL(first.url()).host
  const origin = `chrome-extension://${extensionId}/`
  const { errors, said } = await collectErrors(cdp, origin)
  const saidByPages: { place: string; text: string }[] = []
  context.on('console', message => saidByPages.push({ place: message.location().url, text: message.text() }))
  context.on('weberror', error => saidByPages.push({ place: 'uncaught', text: String(error.error().stack) }))

  // A page of the extension would do, but an open page changes what is being tested: how fast the worker
  // starts, and whether the extension's documents are all closed.
  const { targetId } = await cdp.send('Target.createTarget', { url: 'about:blank', hidden: true })
  const workers = await attachTarget(cdp, targetId)
  const changes = new EventEmitter().setMaxListeners(0)
  let state = ''
  workers.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
    for (const version of versions) {
      if (!version.scriptURL.startsWith(origin)) continue
      state = version.runningStatus
      changes.emit('change')
    }
  })
  await workers.send('ServiceWorker.enable')

  const workerIs = async (wanted: 'running' | 'stopped') => {
    const signal = AbortSignal.timeout(startLimit)
    while (state !== wanted) {
      await once(changes, 'change', { signal }).catch(() => {
        throw new Error(
          `The service worker is ${state || 'unknown'} and not ${wanted} after ${startLimit} ms.`,
        )
      })
    }
  }
  const worker = async () => {
    if (state !== 'running') {
      if (state === 'stopping') await workerIs('stopped')
      await workers.send('ServiceWorker.startWorker', { scopeURL: origin })
      await workerIs('running')
    }
    const running = () => context.serviceWorkers().find(worker => worker.url().startsWith(origin))
    return running() ?? (await context.waitForEvent('serviceworker', { timeout: startLimit }))
  }
  const evaluateInWorker = async <Result>(wanted: string) => {
    // tsx wraps each named function in a call of `__name`, which the worker does not have.
    const expression = `(() => { const __name = run => run; return ${wanted} })()`
    for (let attempt = 1; ; attempt++) {
      try {
        return await (await worker()).evaluate<Result>(expression)
      } catch (error) {
        const isStopped = /Service worker restarted|has been closed|Target closed|context was destroyed/
        if (attempt === 3 || !isStopped.test(String(error))) throw error
      }
    }
  }
  const inWorker = <Result, Input>(run: (input: Input) => Result | Promise<Result>, input?: Input) =>
    evaluateInWorker<Result>(`(${run})(${JSON.stringify(input)})`)
  return {
    context,
    extensionId,
    profile,
    colorScheme,
    cdp,
    workers,
    worker,
    workerIs,
    inWorker,
    evaluateInWorker,
    errors,
    said: async () => [...(await said()), ...saidByPages],
    close: () => context.close(),
  }
}
