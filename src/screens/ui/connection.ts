import type { Fault } from '../../shared/errors'
import { sentenceOf } from '../../shared/texts/errors'
import { say } from '../../shared/texts/screens'
import {
  type Attempt,
  accountLabel,
  type ConnectionView,
  type Flow,
  type ProviderView,
  type View,
} from '../../shared/view'
import { missingScopes, plainScopes } from './scopes'
import { timeOfDay } from './times'

export type Action = 'connect' | 'addAccount' | 'cancel' | 'reconnect' | 'disconnect' | 'undo'

/** What a status looks like; its text says the same. */
type Tone = 'off' | 'busy' | 'good' | 'attention' | 'ending' | 'locked' | 'paused'

export type Status = { tone: Tone; text: string }

/** Flows in which the user signs in at the provider, and agrees there to what is asked for. */
const signIns: readonly Flow[] = ['authorization_code', 'implicit']

/** Who a connection acts as, in words that are never empty. */
export function accountName(connection: Pick<ConnectionView, 'account' | 'label'>): string {
  return accountLabel(connection) ?? say('unknownAccount')
}

/** `<provider> – <account>`: what tells a connection apart wherever it is named. */
export function connectionName(
  provider: Pick<ProviderView, 'name'>,
  connection: Pick<ConnectionView, 'account' | 'label'>,
): string {
  return say('connectionName', { provider: provider.name, account: accountName(connection) })
}

/** The accessible name of a button that stands on a screen more than once; it begins with what the button shows. */
export function buttonName(action: Action, target: string): string {
  return say('buttonName', { action: say(action), target })
}

/** The attempt under way at this provider, for one connection where it is given. */
export function liveAttempt(
  view: View,
  provider: Pick<ProviderView, 'id'>,
  connection?: ConnectionView,
): Attempt | undefined {
  return view.attempts.find(
    attempt =>
      attempt.provider === provider.id &&
      attempt.status !== 'failed' &&
      attempt.connection === connection?.id,
  )
}

/** How the latest attempt ended, when it failed and no other is under way; for one connection where it is given. */
export function failedAttempt(
  view: View,
  provider: Pick<ProviderView, 'id'>,
  connection?: ConnectionView,
): (Attempt & { fault: Fault }) | undefined {
  if (liveAttempt(view, provider, connection)) return undefined
  const [latest] = view.attempts
    .filter(attempt => attempt.provider === provider.id && attempt.connection === connection?.id)
    .sort((a, b) => b.startedAt - a.startedAt)
  return latest && { ...latest, fault: latest.fault ?? { code: 'unexpected' } }
}

/** The status of an attempt under way. */
export function attemptStatus(
  provider: Pick<ProviderView, 'name' | 'ways'>,
  attempt: Attempt,
  connection?: ConnectionView,
): Status {
  const flow = attempt.flow ?? connection?.flow ?? provider.ways[0]?.flow
  const hasWindow = !flow || flow === 'exchange' || signIns.includes(flow)
  return {
    tone: 'busy',
    text:
      attempt.status === 'waiting'
        ? joined(say('waiting'), say('waitingHint'))
        : joined(
            say('connecting'),
            hasWindow ? say('connectingHint') : say('askingHint', { provider: provider.name }),
          ),
  }
}

/**
 * What the setup asks for by now and did not when this connection was made, in plain words. Only a sign-in of the same
 * kind can agree to it.
 */
export function newlyAsked(
  provider: ProviderView,
  { flow, scopes: { asked, granted }, status }: ConnectionView,
): string[] {
  if (status !== 'connected' || flow !== provider.ways[0]?.flow || !signIns.includes(flow)) return []
  return plainScopes(
    provider,
    provider.asks.filter(scope => !granted.includes(scope) && !asked.includes(scope)),
  )
}

function notAnswering({ nextTry, isRelayDown }: ConnectionView): string {
  const state =
    nextTry === undefined || nextTry <= Date.now()
      ? say('notAnswering')
      : say('notAnsweringUntil', { time: timeOfDay(nextTry) })
  return isRelayDown ? say('relayIs', { state }) : state
}

/** How a connection is, in one line: its text begins with a fixed word, what follows a ` · ` explains it. */
export function connectionStatus(view: View, provider: ProviderView, connection: ConnectionView): Status {
  const attempt = liveAttempt(view, provider, connection)
  if (attempt) return attemptStatus(provider, attempt, connection)
  const paused = view.stopped && say('paused')
  switch (connection.status) {
    case 'needs-attention':
      return {
        tone: 'attention',
        text: joined(
          say('needsAttention'),
          connection.fault && sentenceOf(connection.fault, provider.name),
          paused,
        ),
      }
    case 'disconnecting':
      return { tone: 'ending', text: joined(say('disconnecting'), say('disconnectingHint')) }
    case 'locked':
      return { tone: 'locked', text: joined(say('locked'), paused) }
    case 'connected':
      return {
        tone: paused ? 'paused' : 'good',
        text: joined(
          say('connectedAs', { account: accountName(connection) }),
          connection.notAnswering && notAnswering(connection),
          paused,
        ),
      }
  }
}

/** What can be done with a connection now, the likeliest first. `now` is milliseconds since the epoch. */
export function connectionActions(
  view: View,
  provider: ProviderView,
  connection: ConnectionView,
  now: number,
): Action[] {
  if (liveAttempt(view, provider, connection)) return ['cancel']
  switch (connection.status) {
    case 'disconnecting':
      return now < (connection.undoUntil ?? 0) ? ['undo'] : []
    case 'locked':
      return []
    case 'needs-attention':
      return ['reconnect', 'disconnect']
    case 'connected':
      return missingScopes(provider, connection.scopes).length > 0 ||
        newlyAsked(provider, connection).length > 0
        ? ['reconnect', 'disconnect']
        : ['disconnect']
  }
}

/** Parts of a status text, those that there are. */
export function joined(...parts: (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(' · ')
}
