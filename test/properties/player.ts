import { expect } from 'vitest'
import type { Tokens } from '../../src/background/session'
import { limits } from '../../src/shared/limits'
import { ask, restartBrowser, send, senders, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { Asks } from './asks'
import { dropTimers, pass, quiet } from './clock'
import { dieIn } from './deaths'
import { figures } from './figures'
import { look } from './look'
import { connectFault, type Modelled, wordsOf } from './model'
import { die, peek, replaceRefreshToken, revive } from './profile'
import { hosts } from './providers'
import type { Event } from './sequence'
import type { Stage } from './stage'

type Act = Extract<Event, { kind: 'stop' | 'disconnect' | 'undo' | 'reconnect' }>

/** Makes happen what a sequence says. */
export class Player {
  /** Connections that something was done with since all was well. */
  readonly #touched = new Set<number>()

  constructor(readonly stage: Stage) {}

  /** What holds after every event. */
  check(): Promise<void> {
    return look(this.stage)
  }

  /** Makes one event happen, and lets the model know. */
  async play(event: Event): Promise<void> {
    const { stage } = this
    if ('of' in event) this.#touched.add(event.of)
    figures.count(event.kind === 'death' ? `death in ${event.in}` : event.kind)
    switch (event.kind) {
      case 'pass':
        return this.#pass(event.seconds)
      case 'ask':
        return new Asks(stage, stage.of(event), event.asked).over()
      case 'mode':
        stage.server.mode[hosts[event.host] ?? ''] = event.mode
        return
      case 'end login':
        return stage.server.revoke(stage.of(event).user)
      case 'slow':
        return this.#slow(stage.of(event), event)
      case 'overtaken':
        return this.#overtaken(stage.of(event))
      case 'death':
        return dieIn(stage, event)
      case 'restart':
        await die()
        return stage.revived(revive)
      case 'browser':
        dropTimers()
        for (const { held } of stage.model.connections) held.clear()
        return stage.revived(() => restartBrowser().then(() => pass(0)))
      default:
        return this.#act(event)
    }
  }

  /** The servers are well again and time passes: what no server has refused works, by itself; the rest after a Reconnect. */
  async mend(): Promise<void> {
    const { server, model } = this.stage
    server.mode = {}
    if (model.isStopped) await this.#act({ kind: 'stop', on: false })
    await this.#pass(limits.retryMost / 1000 + 60)
    await this.check()
    for (const [of, connection] of model.connections.entries()) {
      if (model.refusalOf(connection) === undefined) {
        const { isOpen, refreshToken = '' } = connection
        const isGood = server.isGood(refreshToken)
        if (this.#touched.has(of) || model.outages.has(connection.host))
          await new Asks(this.stage, connection, ['']).over()
        const refusal = model.refusalOf(connection)
        if (isGood) expect(refusal, `${connection.user} when all is well`).toBeUndefined()
        else if (refusal !== undefined && isOpen) figures.count('login lost with an answer')
      }
      if (connection.isGone)
        model.connections[of] = await this.stage.begin(connection.host, `${connection.user}-again`)
      else if (connection.fault || !server.isGood(connection.refreshToken ?? ''))
        await this.#act({ kind: 'reconnect', of })
      await this.check()
    }
    this.#touched.clear()
    expect([...model.outages.keys()], 'servers that are well').toEqual([])
  }

  /** After everything was disconnected nothing is left. */
  async end(): Promise<void> {
    for (const of of this.stage.model.connections.keys()) await this.#act({ kind: 'disconnect', of })
    await this.#pass(limits.undo / 1000)
    await this.check()
    for (const store of ['connections', 'credentials', 'journal', 'permits'])
      expect([...peek(store).keys()], store).toEqual([])
    const { tokens } = world.storage.session.get('tokens') as { tokens: Tokens }
    expect(tokens).toMatchObject({ held: {}, given: [], refreshing: [] })
    expect([...world.alarms.keys()].filter(name => name !== 'ahead')).toEqual([])
  }

  async #pass(seconds: number): Promise<void> {
    const { stage } = this
    const { server, model } = stage
    const since = Date.now()
    const isClear = (host: string) =>
      (server.mode[host] ?? 'well') === 'well' && !model.outages.has(host) && !model.isStopped
    const clear = new Set(hosts.filter(isClear))
    await pass(seconds * 1000)
    stage.learn()
    model.settle(Date.now())
    expect(model.neglected(since, Date.now(), clear), 'tokens in use that run out').toEqual([])
  }

  /** The loser of a race is refused, and has to go on with what the winner has written down. */
  async #overtaken(connection: Modelled): Promise<void> {
    const { server } = this.stage
    server.overtake = async next => {
      figures.count('overtaken by another')
      await replaceRefreshToken(connection.id, next)
      connection.refreshToken = next
    }
    await new Asks(this.stage, connection, ['']).over()
    server.overtake = undefined
  }

  async #slow(connection: Modelled, { of, during }: Extract<Event, { kind: 'slow' }>): Promise<void> {
    const { server, model } = this.stage
    if (model.refusalOf(connection) !== undefined) return
    let open = () => {}
    server.gate = new Promise(resolve => {
      open = resolve
    })
    const asks = new Asks(this.stage, connection, ['', ''])
    await quiet()
    if (during === 'time') await pass(limits.request + 1000)
    else if (during === 'stop') await this.#act({ kind: 'stop', on: true })
    else await this.#act({ kind: 'disconnect', of })
    server.gate = undefined
    open()
    await asks.over()
  }

  async #act(event: Act): Promise<void> {
    const { model, server } = this.stage
    if (event.kind === 'stop') {
      await ask(senders.popup(), 'stop', { on: event.on })
      await quiet()
      model.isStopped = event.on
      return
    }
    const connection = this.stage.of(event)
    const { id, provider, user } = connection
    if (event.kind !== 'reconnect') {
      await ask(senders.popup(), event.kind, { connection: id })
      await quiet()
      if (event.kind === 'undo') connection.dueAt = undefined
      else if (!connection.isGone) connection.dueAt ??= Date.now() + limits.undo
      return
    }
    server.person = user
    const input = { provider, connection: id }
    const reply = await send(senders.popup(), { dealpass: 'request', name: 'connect', input })
    await quiet()
    expect(reply.ok).toBe(!connection.isGone)
    if (connection.isGone) return
    const expected = model.isStopped ? 'stopped' : connectFault(server.mode[connection.host] ?? 'well')
    const fault = view().attempts.find(attempt => attempt.provider === provider)?.fault
    expect(fault && wordsOf(fault), 'how a Reconnect ended').toBe(expected)
    if (expected === undefined) await this.stage.takeOver(connection)
  }
}
