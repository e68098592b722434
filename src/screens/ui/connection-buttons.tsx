import type { Provider } from '../../providers/provider'
import { say } from '../../shared/texts/screens'
import type { ConnectionView, View } from '../../shared/view'
import { ask } from './ask'
import { Button } from './button'
import { connect, send } from './connect'
import { type Action, buttonName, connectionName, liveAttempt } from './connection'

/** The buttons of one connection, or of a provider without any. */
export function ConnectionButtons({
  view,
  provider,
  connection,
  actions,
}: {
  view: View
  provider: Provider
  connection?: ConnectionView
  actions: readonly Action[]
}) {
  const run = (action: Action) => {
    if (action === 'cancel') {
      const attempt = liveAttempt(view, provider, connection)
      if (attempt) send(ask('cancel', { attempt: attempt.id }), provider)
    } else if (action === 'disconnect' || action === 'undo') {
      if (connection) send(ask(action, { connection: connection.id }), provider)
    } else {
      connect(provider, action === 'reconnect' ? connection?.id : undefined)
    }
  }
  return actions.map(action => (
    <Button
      // A button that turned into another one under the finger would be pressed twice.
      key={action}
      look={isNext(action, view, connection) ? 'main' : looks[action]}
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

const looks = {
  connect: 'plain',
  addAccount: 'quiet',
  cancel: 'plain',
  reconnect: 'plain',
  disconnect: 'plain',
  undo: 'plain',
} as const

/** What has to be done next stands out. */
function isNext(action: Action, view: View, connection: ConnectionView | undefined): boolean {
  return action === 'connect'
    ? view.setup !== null
    : action === 'reconnect' && connection?.status === 'needs-attention'
}
