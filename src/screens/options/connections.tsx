import { sayInOptions as say, sayFlow } from '../../shared/texts/options'
import { say as sayEverywhere } from '../../shared/texts/screens'
import type { ConnectionView, ProviderView, View } from '../../shared/view'
import {
  accountName,
  connectionActions,
  connectionName,
  connectionStatus,
  failedAttempt,
  liveAttempt,
  newlyAsked,
} from '../ui/connection'
import { ConnectionButtons } from '../ui/connection-buttons'
import { Logo } from '../ui/logo'
import { Notice } from '../ui/notice'
import { PartingQuestion } from '../ui/parting-question'
import { Practice } from '../ui/practice'
import { sayFault } from '../ui/say-fault'
import { missingScopes, plainScopes } from '../ui/scopes'
import { StatusLine } from '../ui/status-line'
import { dayAndTime } from '../ui/times'
import { useClock } from '../ui/use-clock'

const renewals = {
  refresh: 'byRefresh',
  'sign-in': 'bySignIn',
  key: 'byKey',
  never: 'neverRenewed',
} as const

/** A card for each connection: as whom, since when, by which flow, and what it may. */
export function Connections({ view }: { view: View }) {
  const now = useClock(view.connections.map(({ undoUntil }) => undoUntil))
  if (view.connections.length === 0) return <p class="card empty">{say('noConnections')}</p>
  return (
    <ul class="cards" aria-label={say('connections')}>
      {view.providers.flatMap(provider =>
        view.connections
          .filter(connection => connection.provider === provider.id)
          .map(connection => (
            <Card key={connection.id} view={view} provider={provider} connection={connection} now={now} />
          )),
      )}
    </ul>
  )
}

function Card({
  view,
  provider,
  connection,
  now,
}: {
  view: View
  provider: ProviderView
  connection: ConnectionView
  now: number
}) {
  const actions = connectionActions(view, provider, connection, now)
  const isUnderWay = liveAttempt(view, provider, connection) !== undefined
  const failed = failedAttempt(view, provider, connection)
  const granted = plainScopes(provider, connection.scopes.granted)
  const more = isUnderWay ? [] : newlyAsked(provider, connection)
  const missing = missingScopes(provider, connection.scopes)
  // What was entered here is the person's own, and is used at the provider itself.
  const host = connection.flow === 'personal_token' ? undefined : provider.relay?.host
  const isAtRelay = host !== undefined && connection.renews === 'key'
  return (
    <li
      class="card connection"
      aria-label={connectionName(provider, connection)}
      tabIndex={-1}
      data-row={connection.id}
      data-group={provider.id}
    >
      <Logo provider={provider} />
      <div class="connection-head">
        <div>
          <div class="named">
            <h3>{provider.name}</h3>
            <Practice provider={provider} />
          </div>
          <p class="muted">{accountName(connection)}</p>
        </div>
        <div class="actions">
          <ConnectionButtons
            view={view}
            provider={provider}
            connection={connection}
            // Here a sound login can be renewed too, say after the administrator changed what it may.
            actions={
              connection.status === 'connected' && actions[0] === 'disconnect'
                ? ['reconnect', ...actions]
                : actions
            }
          />
        </div>
      </div>
      <div class="connection-body">
        <StatusLine status={connectionStatus(view, provider, connection)} />
        <PartingQuestion provider={provider} connection={connection} />
        {more.length > 0 && <Notice>{sayEverywhere('newlyAsked', { scopes: more.join(', ') })}</Notice>}
        {failed && <Notice tone="attention">{sayFault(failed.fault, provider)}</Notice>}
        <dl class="facts">
          <div>
            <dt>{say('granted')}</dt>
            <dd>
              <ul class="scopes">
                {granted.map(scope => (
                  <li key={scope}>{scope}</li>
                ))}
              </ul>
              {granted.length === 0 && say('grantedNothing')}
              {missing.length > 0 && (
                <p class="missing">{sayEverywhere('notGiven', { scopes: missing.join(', ') })}</p>
              )}
            </dd>
          </div>
          <div>
            <dt>{say('connectedOn')}</dt>
            <dd>{dayAndTime(connection.connectedAt)}</dd>
          </div>
          <div>
            <dt>{say('flow')}</dt>
            <dd>
              {sayFlow(connection.flow)}; {say(isAtRelay ? 'byRelay' : renewals[connection.renews])}
              {host && <p class="muted">{say('hasRelay', { host })}</p>}
              {connection.isClientUnconfirmed && <p class="muted">{say('unconfirmed')}</p>}
            </dd>
          </div>
        </dl>
      </div>
    </li>
  )
}
