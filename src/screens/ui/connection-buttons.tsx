import { say } from '../../shared/texts/screens'
import type { ConnectionView, ProviderView, View } from '../../shared/view'
import { ask } from './ask'
import { Button } from './button'
import { connectBy, reconnect, send } from './connect'
import { type Action, buttonName, connectionName, liveAttempt } from './connection'
import { isParting, parting, partingQuestion } from './parting'

/** The buttons of one connection, or of a provider without any. */
export function ConnectionButtons({
  view,
  provider,
  connection,
  actions,
}: {
  view: View
  provider: ProviderView
  connection?: ConnectionView
  actions: readonly Action[]
}) {
  const run = (action: Action) => {
    if (action === 'cancel') {
      const attempt = liveAttempt(view, provider, connection)
      if (attempt) send(ask('cancel', { attempt: attempt.id }), provider)
    } else if (!connection || action === 'addAccount' || action === 'connect') {
      connectBy(provider)
    } else if (action === 'reconnect') {
      reconnect(provider, connection)
    } else if (action === 'disconnect' && partingQuestion(connection)) {
      parting.value = connection.id
    } else {
      send(ask(action, { connection: connection.id }), provider)
    }
  }
  // The question's own buttons take their place.
  if (isParting(connection)) return null
  return actions.map(action => (
    <Button
      // A button that turned into another one under the finger would be pressed twice.
      key={action}
      action={action}
      look={lookOf(action, provider, connection)}
      icon={action === 'addAccount' ? 'add' : undefined}
      name={buttonName(
        action,
        connection && action !== 'cancel' ? connectionName(provider, connection) : provider.name,
      )}
      onClick={() => run(action)}
    >
      {say(action)}
    </Button>
  ))
}

/** What has to be done next stands out; what may be done besides does not. */
function lookOf(action: Action, provider: ProviderView, connection: ConnectionView | undefined) {
  if (action === 'addAccount') return 'quiet'
  const isNext =
    action === 'connect'
      ? provider.ways.length > 0
      : action === 'reconnect' && connection?.status === 'needs-attention'
  return isNext ? 'main' : 'plain'
}
