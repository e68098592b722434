import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import manifest from '../../manifest.json' with { type: 'json' }
import type { Holder } from '../../src/background/permit-for'
import type { RequestInput } from '../../src/shared/protocol'
import type { Ask, PermitDuration, View } from '../../src/shared/view'
import type { SandboxUser } from '../sandbox/people'
import { type Sandbox, sandboxSetup, startSandbox } from '../sandbox/sandbox'
import { type Answer, createVisitor, type Visitor } from '../sandbox/visitor'
import { networkTo } from './network'
import { ask, endLife, senders, startWorker, untilView, view } from './worker'
import { world } from './world'

export const site = 'https://app.futuresimple.com'

/** Hosts of the shipped manifest, which the browser grants with the installation. */
export const shippedHosts = manifest.host_permissions

/** The providers, and a person who signs in to them. */
export type Providers = {
  sandbox: Sandbox
  visitor: Visitor
  /** Who sits before the browser, and what they say to the provider's question. */
  person: { user: SandboxUser; decision: 'allow' | 'deny' }
  /** Signs in as the person would: what `launchWebAuthFlow` comes to. */
  signIn(details: { url: string; interactive: boolean }): Promise<string>
}

/**
 * Starts the sandbox for the tests of a file, with a fresh profile of the browser for each: `fetch` reaches the
 * providers, and the person signs in and consents. A test fails when a provider saw what it must not see.
 */
export function withProviders(options?: Parameters<typeof startSandbox>[0]): Providers {
  const providers = {} as Providers
  let network: ReturnType<typeof networkTo>

  beforeAll(async () => {
    providers.sandbox = await startSandbox(options)
    network = networkTo(providers.sandbox)
    // The first start of a background takes the longest by far, and no test of its own.
    await startWorker()
    endLife()
  })

  beforeEach(() => {
    const { sandbox } = providers
    sandbox.reset()
    sandbox.forget()
    const visitor = createVisitor(sandbox)
    providers.visitor = visitor
    providers.person = { user: sandbox.users.rep, decision: 'allow' }
    providers.signIn = async ({ url, interactive }) => {
      const { user, decision } = providers.person
      const answer = await (interactive
        ? authorized(visitor, url, user, decision)
        : visitor.visit(url)
      ).catch(() => ({ location: undefined, status: 0 }))
      if (answer.location) return answer.location
      if (answer.status >= 400 || answer.status === 0)
        throw new Error('Authorization page could not be loaded.')
      if (!interactive)
        throw new Error('User interaction required. Try setting `abortOnLoadForNonInteractive`')
      // An error page stands in the window until somebody closes it.
      return new Promise(() => undefined)
    }
    world.signIn = details => providers.signIn(details)
    world.granted = new Set(shippedHosts)
    vi.stubGlobal('fetch', network.fetch)
  })

  afterEach(() => {
    providers.visitor.close()
    expect(providers.sandbox.violations(), 'what a provider must not see').toEqual([])
  })

  afterAll(async () => {
    network.close()
    await providers.sandbox.stop()
  })

  return providers
}

/** Authorizes, also where the page first signs another account out, which in a browser is done by its script. */
async function authorized(
  visitor: Visitor,
  url: string,
  user: SandboxUser,
  decision: 'allow' | 'deny',
): Promise<Answer> {
  const page = await visitor.authorize(url, user, decision)
  if (!page.text.includes('document.forms[0].submit()')) return page
  const next = await visitor.submit(page, {})
  return next.text.includes('>Allow</button>') ? visitor.submit(next, { decision }) : next
}

/** Starts the background with the sandbox's setup in force. */
export async function startWithSetup(setup: object = sandboxSetup()): Promise<void> {
  await startWorker()
  await ask(senders.options(), 'useSetup', { text: JSON.stringify(setup) })
}

/** What a click on Connect may choose besides the provider. */
export type Choice = Omit<RequestInput<'connect'>, 'provider'>

/** Connects a provider through the popup's route, and resolves with the connection's id. */
export async function connected(provider: string, choice: Choice = {}): Promise<string> {
  const before = new Set((await untilView(() => true)).connections.map(({ id }) => id))
  await ask(senders.popup(), 'connect', { provider, ...choice })
  const { connections, attempts } = await untilView(
    now =>
      now.connections.some(({ id, provider: of }) => of === provider && !before.has(id)) ||
      now.attempts.some(({ provider: of, status }) => of === provider && status === 'failed'),
  )
  const made = connections.find(({ id, provider: of }) => of === provider && !before.has(id))
  if (!made) throw new Error(`Not connected: ${JSON.stringify(attempts)}`)
  return made.id
}

/** Lets an attempt to connect fail, and resolves with its words: `code` or `code: reason`. */
export async function failed(provider: string, choice: Choice = {}): Promise<string> {
  await ask(senders.popup(), 'connect', { provider, ...choice })
  return attemptFailed(provider)
}

/** Goes through a Connect that makes no new connection: a Reconnect, or one of an account that is connected already. */
export async function renewed(provider: string, choice: Choice = {}): Promise<View> {
  const startedBy = new Set((await untilView(() => true)).attempts.map(({ id }) => id))
  await ask(senders.popup(), 'connect', { provider, ...choice })
  await untilView(now => now.attempts.some(({ id, provider: of }) => of === provider && !startedBy.has(id)))
  const after = await untilView(
    now => !now.attempts.some(({ provider: of, status }) => of === provider && status !== 'failed'),
  )
  const failure = after.attempts.find(({ provider: of }) => of === provider)
  if (failure) throw new Error(`Not renewed: ${JSON.stringify(failure)}`)
  return after
}

/** How an attempt that is under way fails. */
export async function attemptFailed(provider: string): Promise<string> {
  const ended = (now: View) => now.attempts.find(one => one.provider === provider && one.status === 'failed')
  const fault = ended(await untilView(now => ended(now) !== undefined))?.fault
  return fault?.reason ? `${fault.code}: ${fault.reason}` : String(fault?.code)
}

/** Opens a panel on the site as the loader does: a ticket, spent by the panel's document. */
export async function openPanel(documentId = 'panel-document', tabId = 1): Promise<void> {
  const page = senders.site(site, tabId)
  world.openDocument(page.documentId ?? '', { tabId, url: page.url ?? '' })
  world.openDocument(documentId, { tabId, url: senders.panel(documentId, tabId).url ?? '' })
  const { ticket } = await ask(senders.site(site, tabId), 'openPanel', {})
  await ask(senders.panel(documentId, tabId), 'enter', { ticket })
}

/** The user clicks `Allow on this page` and then `Allow`. */
export async function allowOnSite(): Promise<void> {
  await openPanel()
  await ask(senders.panel(), 'askConsent', {})
  const { consents } = await untilView(now => now.consents.length > 0)
  const [consent] = consents
  const window = [...world.windows.values()].find(({ url }) => url.includes('/consent/'))
  if (!consent || !window) throw new Error('No consent window was opened')
  await ask(senders.consent(window.id, consent.id), 'decide', {
    consent: consent.id,
    allow: true,
    until: 'run',
    connections: chosen(consent.asks),
  })
}

/** Gives the site permits as if the user had allowed them, without any screen. */
export async function give(
  asks: readonly (Omit<Ask, 'provider'> & { connection: string })[],
  until: PermitDuration = 'run',
  holder: Holder & { tabId?: number } = { site, page: senders.site(site).documentId ?? '' },
): Promise<void> {
  const { grant } = await import('../../src/background/permits')
  const { connections } = view()
  const grants = asks.map(ask => {
    const connection = connections.find(({ id }) => id === ask.connection)
    if (!connection) throw new Error(`No connection ${ask.connection}`)
    return { ask: { provider: connection.provider, ...ask }, connection }
  })
  await grant({ tabId: 1, ...holder }, grants, until)
}

/** The connections that the consent screen chooses by itself: what an ask names, else the provider's first. */
export function chosen(asks: readonly Ask[]): string[] {
  const { connections } = view()
  return asks.map(
    ({ provider, connection }) =>
      connection ?? connections.find(known => known.provider === provider)?.id ?? '',
  )
}

/** The bodies of requests to a token endpoint, in order. */
export function tokenRequests(sandbox: Sandbox): Record<string, unknown>[] {
  return sandbox
    .saw({ method: 'POST', path: /\/token$/ })
    .map(({ body }) => (typeof body === 'string' ? { body } : body))
}
