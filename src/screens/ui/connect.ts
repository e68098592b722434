import { signal } from '@preact/signals'
import { browser } from '../../browser'
import { hostsOf } from '../../providers/hosts'
import { catalogue } from '../../providers/index'
import type { Provider } from '../../providers/provider'
import type { ConnectionId, ProviderId } from '../../shared/view'
import { ask, explain } from './ask'

/** Whether Dealpass may reach all hosts of a provider; one that is not in it is not known yet. */
const isReachable = signal<Record<ProviderId, boolean>>({})

/** The sentence of the latest request of this screen that the background refused. */
export const refusal = signal<string | undefined>(undefined)

/**
 * Learns which providers' hosts are permitted, now and whenever that changes. It has to be known before the click:
 * an `await` in a click loses the user's gesture, without which the browser does not ask for a permission.
 */
export async function watchPermissions(): Promise<void> {
  browser.permissions.onAdded.addListener(readPermissions)
  browser.permissions.onRemoved.addListener(readPermissions)
  await readPermissions()
}

async function readPermissions() {
  const answers = catalogue.map(
    async provider =>
      [provider.id, await browser.permissions.contains({ origins: hostsOf(provider) })] as const,
  )
  isReachable.value = Object.fromEntries(await Promise.all(answers))
}

/**
 * To be called in the click itself. The background hears first, since this document may be gone the moment the
 * browser shows its prompt; it goes on by itself when the permission comes.
 */
export function connect(provider: Provider, connection?: ConnectionId): void {
  send(
    ask('connect', connection ? { provider: provider.id, connection } : { provider: provider.id }),
    provider,
  )
  if (isReachable.value[provider.id]) return
  const refused = () => send(ask('permissionRefused', { provider: provider.id }), provider)
  browser.permissions.request({ origins: hostsOf(provider) }).then(isGranted => {
    if (!isGranted) refused()
  }, refused)
}

/** Sends a request whose result shows in the view; only a refusal has to be said by the screen itself. */
export function send(request: Promise<unknown>, provider?: Provider): void {
  refusal.value = undefined
  request.catch((error: unknown) => {
    refusal.value = explain(error, provider?.name)
  })
}
