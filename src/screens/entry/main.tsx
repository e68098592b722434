import { render } from 'preact'
import type { ConnectionId, Flow, ProviderId } from '../../shared/view'
import { ask, explain } from '../ui/ask'
import { refusal, watchPermissions } from '../ui/connect'
import { watchView } from '../ui/use-view'
import { EntryScreen } from './entry-screen'

const about = new URLSearchParams(location.search)
const provider: ProviderId = about.get('provider') ?? ''
const connection: ConnectionId | undefined = about.get('connection') ?? undefined
const flow = about.get('flow') as Flow | null

render(
  <EntryScreen providerId={provider} flow={flow} connectionId={connection} />,
  document.getElementById('root') as HTMLElement,
)
watchView(() => ask('hello', {})).catch((error: unknown) => {
  refusal.value = explain(error)
})
watchPermissions()
