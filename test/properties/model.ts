import type { Fault } from '../../src/shared/errors'
import { limits, renewalMargin } from '../../src/shared/limits'
import type { Mode } from './modes'
import type { Use } from './use'

type Held = { value: string; expiresAt: number; life: number; usedAt?: number }

/** A connection as it has to be, by what its server has said and what its user has done. */
export type Modelled = {
  id: string
  provider: string
  host: string
  user: string
  isGone: boolean
  /** Disconnecting: when it is due. */
  dueAt?: number
  fault?: Fault
  /** The refresh token on disk; none after a refusal. */
  refreshToken?: string
  /** It went out, and the server has not said what became of it. */
  isOpen: boolean
  /** Access tokens by scope set. */
  held: Map<string, Held>
  /** When somebody last asked for a renewal and had none. */
  failedAt?: number
}

type Outage = {
  failures: number
  notBefore: number
  /** Its next try may have come when it could not be made. */
  isHeldUp?: boolean
}

/** The whole of it: connections, one switch, and servers that did not answer. */
export class Model {
  connections: Modelled[] = []
  isStopped = false
  /** By host. */
  outages = new Map<string, Outage>()
  /** When a server answered again that had been left alone, by host. */
  recovered = new Map<string, number>()
  /** Of access tokens that servers give now, milliseconds. */
  life = 0
  /** What the servers have seen and must not. */
  violations: string[] = []

  /** A server has answered a refresh, or the worker has given up waiting. */
  learn(use: Use): void {
    const connection = this.connections.find(({ user }) => user === use.user)
    if (!connection) throw new Error(`A refresh for ${use.user}, who is not there`)
    this.#watch(use, connection)
    const isEnding = connection.dueAt !== undefined
    if (use.outcome !== 'ok') connection.failedAt = use.endedAt
    switch (use.outcome) {
      case 'ok': {
        const { usedAt } = connection.held.get(use.asked) ?? {}
        if (use.next !== undefined) connection.refreshToken = use.next
        connection.isOpen = false
        if (!isEnding) connection.fault = undefined
        connection.held.set(use.asked, {
          value: use.accessToken ?? '',
          expiresAt: use.endedAt + this.life,
          life: this.life,
          usedAt,
        })
        this.#recover(use)
        return
      }
      case 'refused': {
        const reason = connection.isOpen ? ('renewal-lost' as const) : undefined
        connection.held.clear()
        connection.isOpen = false
        // A refusal is an answer, too.
        this.#recover(use)
        // What is being ended stays so; Undo finds it as it was, and the next use learns it again.
        if (isEnding) return
        connection.fault = { code: 'reconnect-required', ...(reason ? { reason } : {}) }
        connection.refreshToken = undefined
        return
      }
      // Nonsense is what a portal says, or what stands before a server that is down.
      case 'unanswered':
      case 'nonsense':
        connection.isOpen = true
        this.#fail(use)
        return
      // It says nothing of the refresh token, nor of a try before whose answer never came.
      case 'client-refused':
        this.#recover(use)
        return
    }
  }

  #recover({ host, endedAt }: Use): void {
    if (this.outages.delete(host)) this.recovered.set(host, endedAt)
  }

  #fail({ host, namesTime, endedAt }: Use): void {
    const failures = Math.max(namesTime ? 2 : 1, (this.outages.get(host)?.failures ?? 0) + 1)
    // Half of it is left to chance.
    const least = namesTime ? 40_000 : Math.min(limits.retryMost, limits.retry * 2 ** (failures - 1)) / 2
    this.outages.set(host, { failures, notBefore: failures > 1 ? endedAt + least : 0 })
  }

  #watch(use: Use, { refreshToken, isOpen, user }: Modelled): void {
    const { failures = 0, notBefore = 0 } = this.outages.get(use.host) ?? {}
    if (failures > 1 && use.at < notBefore - limits.early && use.at > notBefore - limits.retryMost)
      this.violations.push(`${use.host} is to be left alone for another ${notBefore - use.at} ms`)
    if (use.refreshToken !== refreshToken)
      this.violations.push(`${use.refreshToken} of ${user} was used, and ${refreshToken} is the latest`)
    if (use.isReuse && !isOpen)
      this.violations.push(`${use.refreshToken} was used up, and nobody knew that it had been out`)
  }

  /** A worker has died, and what it remembered of failures with it. */
  forgetFailures(): void {
    for (const connection of this.connections) connection.failedAt = undefined
    this.recovered.clear()
  }

  /** Time has passed, and a worker was there. */
  settle(now: number): void {
    for (const connection of this.connections)
      if (connection.dueAt !== undefined && connection.dueAt <= now) {
        connection.isGone = true
        connection.dueAt = undefined
      }
  }

  /** What stands in the way of every use, in words. */
  refusalOf(connection: Modelled): string | undefined {
    if (this.isStopped) return 'stopped'
    if (connection.isGone) return 'not-connected'
    if (connection.dueAt !== undefined) return 'not-connected: disconnecting'
    return connection.fault && wordsOf(connection.fault)
  }

  /** The token of a scope set that still works. */
  livingOf({ held }: Modelled, asked: string, now: number): Held | undefined {
    const token = held.get(asked)
    return token && token.expiresAt > now ? token : undefined
  }

  /** A renewal failed, or was not tried at a server that is left alone: the token before serves for a while then. */
  hasFailedLately({ failedAt = Number.NEGATIVE_INFINITY, host }: Modelled, now: number): boolean {
    return now - Math.max(failedAt, this.recovered.get(host) ?? Number.NEGATIVE_INFINITY) < limits.again
  }

  /** When a token is to be renewed, so that nobody waits for it. */
  renewalOf({ expiresAt, life }: Held): number {
    return expiresAt - renewalMargin(life)
  }

  /** Whether something else than an ask of this moment has led to a request. */
  isDue(use: Use): boolean {
    const connection = this.connections.find(({ user }) => user === use.user)
    const held = connection?.held.get(use.asked)
    const isAhead =
      held?.usedAt !== undefined &&
      this.renewalOf(held) <= use.at &&
      use.at - held.usedAt <= limits.inUse + limits.alarm
    // What an outage kept from being renewed may still be in the queue when it is over.
    const isLate = use.at - (this.recovered.get(use.host) ?? Number.NEGATIVE_INFINITY) < limits.patience
    return isAhead || isLate || this.outages.has(use.host) || connection?.isOpen === true
  }

  /** Tokens that somebody uses and that were not renewed in time, though nothing stood in the way. */
  neglected(since: number, now: number, hosts: ReadonlySet<string>): string[] {
    return this.connections.flatMap(connection => {
      const isWell = this.refusalOf(connection) === undefined && hosts.has(connection.host)
      return [...connection.held].flatMap(([asked, token]) => {
        const at = this.renewalOf(token)
        const isUsed = token.usedAt !== undefined && at - token.usedAt < limits.inUse
        return isWell && isUsed && at > since && at + 2 * limits.alarm < now
          ? [`${connection.user} ${asked}`]
          : []
      })
    })
  }
}

/** A fault in words: `code` or `code: reason`. */
export function wordsOf({ code, reason }: Fault): string {
  return reason ? `${code}: ${reason}` : code
}

/** How a Reconnect ends at a server in this mode; undefined where it goes well. */
export function connectFault(mode: Mode): string | undefined {
  const faults: Record<Mode, string | undefined> = {
    well: undefined,
    refuses: 'provider-rejected: code-refused',
    down: 'provider-unreachable',
    lost: 'provider-unreachable',
    fails: 'provider-unreachable',
    busy: 'provider-unreachable',
    nonsense: 'provider-rejected: nonsense-answer',
    garbled: 'provider-rejected: nonsense-answer',
    'client-refused': 'setup-wrong: client-refused',
  }
  return faults[mode]
}
