import { computed, effect, signal } from '@preact/signals'
import { browser } from '../../browser'
import type { RequestInput } from '../../shared/protocol'
import {
  type ConnectionView,
  enteredFlows,
  type Flow,
  type ProviderId,
  type ProviderView,
} from '../../shared/view'
import { ask, explain } from './ask'
import { view } from './use-view'

/** How to connect, where it is not what Connect takes anyway: the input of the request `connect`. */
type Choice = Omit<RequestInput<'connect'>, 'provider'>

/** Whether Dealpass may reach all hosts of a provider; one that is not in it is not known yet. */
const isReachable = signal<Record<ProviderId, boolean>>({})

/** As text, since each view has new lists: only a change of hosts is one. */
const wanted = computed(() => JSON.stringify(view.value?.providers.map(({ id, hosts }) => [id, hosts]) ?? []))

/** The sentence of the latest request of this screen that the background refused. */
export const refusal = signal<string | undefined>(undefined)

/**
 * Learns which providers' hosts are permitted, now and whenever that changes. It has to be known before the click:
 * an `await` in a click loses the user's gesture, without which the browser does not ask for a permission.
 */
export function watchPermissions(): void {
  browser.permissions.onAdded.addListener(readPermissions)
  browser.permissions.onRemoved.addListener(readPermissions)
  effect(() => {
    if (wanted.value) void readPermissions()
  })
}

async function readPermissions() {
  const answers = (JSON.parse(wanted.value) as [ProviderId, string[]][]).map(
    async ([id, origins]) => [id, await browser.permissions.contains({ origins })] as const,
  )
  isReachable.value = Object.fromEntries(await Promise.all(answers))
}

/**
 * To be called in the click itself. The background hears first, since this document may be gone the moment the
 * browser shows its prompt; it goes on by itself when the permission comes.
 */
export function connect(provider: ProviderView, choice: Choice = {}): void {
  send(ask('connect', { provider: provider.id, ...choice }), provider)
  if (isReachable.value[provider.id]) return
  const refused = () => send(ask('permissionRefused', { provider: provider.id }), provider)
  browser.permissions.request({ origins: provider.hosts }).then(isGranted => {
    if (!isGranted) refused()
  }, refused)
}

/** Connects by one way, or by what Connect takes: at once, or by the entry screen where something has to be entered. */
export function connectBy(provider: ProviderView, way = provider.ways[0], isChosen = false): void {
  if (way?.needsEntry) openEntry(provider, way.flow)
  else
    connect(
      provider,
      isChosen && way ? { flow: way.flow, ...(way.key ? { key: way.key.clientId } : {}) } : {},
    )
}

export function reconnect(provider: ProviderView, { id, flow }: ConnectionView): void {
  if (enteredFlows.includes(flow)) openEntry(provider, flow, id)
  else connect(provider, { connection: id })
}

/** A window of its own: a popup is gone as soon as people look for their password elsewhere. */
function openEntry(provider: ProviderView, flow: Flow, connection?: string): void {
  const about = new URLSearchParams({ provider: provider.id, flow, ...(connection ? { connection } : {}) })
  const url = browser.runtime.getURL(`src/screens/entry/index.html?${about}`)
  send(browser.windows.create({ type: 'popup', url, width: 460, height: 640, focused: true }), provider)
}

/** Sends a request whose result shows in the view; only a refusal has to be said by the screen itself. */
export function send(request: Promise<unknown>, provider?: Pick<ProviderView, 'name'>): void {
  refusal.value = undefined
  request.catch((error: unknown) => {
    refusal.value = explain(error, provider?.name)
  })
}
