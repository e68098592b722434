import { useEffect } from 'preact/hooks'
import { sayInEntry as say } from '../../shared/texts/entry'
import type { ConnectionId, ConnectionView, Flow, ProviderId, ProviderView, View } from '../../shared/view'
import { Button } from '../ui/button'
import { refusal } from '../ui/connect'
import { providerOf } from '../ui/provider-of'
import { view } from '../ui/use-view'
import { type EntryFlow, isEntryFlow } from './check-entry'
import { EntryForm } from './entry-form'

/** The window in which something is entered to connect a provider. Before the view is known, nothing. */
export function EntryScreen({
  providerId,
  flow,
  connectionId,
}: {
  providerId: ProviderId
  flow: Flow | null
  connectionId?: ConnectionId
}) {
  const known = view.value
  const asked = known && askedFor(known, providerId, flow, connectionId)
  const name = asked?.provider.name
  useEffect(() => {
    if (name) document.title = say('title', { provider: name })
  }, [name])
  if (asked) return <EntryForm view={known} {...asked} />
  if (!known && !refusal.value) return null
  return (
    <main class="gone">
      <p role="alert">{refusal.value ?? say('notOffered')}</p>
      <Button onClick={() => window.close()}>{say('close')}</Button>
    </main>
  )
}

/** What the address asks for, where there is such a thing: a way of the provider, or a connection that was made by it. */
function askedFor(
  view: View,
  providerId: ProviderId,
  flow: Flow | null,
  connectionId: ConnectionId | undefined,
): { provider: ProviderView; flow: EntryFlow; connection?: ConnectionView } | undefined {
  const provider = providerOf(view, providerId)
  if (!provider || !isEntryFlow(flow)) return undefined
  if (connectionId === undefined)
    return provider.ways.some(way => way.flow === flow && way.needsEntry) ? { provider, flow } : undefined
  const connection = view.connections.find(({ id }) => id === connectionId)
  return connection?.provider === providerId && connection.flow === flow
    ? { provider, flow, connection }
    : undefined
}
