import type { Tokens } from '../../src/background/session'
import { ask, senders, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { quiet } from './clock'
import { figures } from './figures'
import type { Model, Modelled } from './model'
import { refreshTokenOnDisk } from './profile'
import type { TokenServer } from './token-server'
import type { Use } from './use'

/** The real background and its servers on one side, the model on the other. */
export class Stage {
  #learned = 0

  constructor(
    readonly server: TokenServer,
    readonly model: Model,
  ) {}

  /** Lets the model know what was answered since the last time. `isAsked` says whether somebody wanted a request. */
  learn(isAsked: (use: Use) => boolean = () => false): Use[] {
    const news = this.server.answered.slice(this.#learned)
    this.#learned = this.server.answered.length
    for (const use of news) {
      if (!isAsked(use) && !this.model.isDue(use))
        this.model.violations.push(`a refresh of ${use.user} (${use.asked}) that nobody had asked for`)
      figures.count(`answer ${use.outcome}`)
      this.model.learn(use)
    }
    return news
  }

  /** What was answered to the dead is known by what is on disk. */
  skip(): void {
    this.#learned = this.server.answered.length
  }

  /** A worker starts again, and asks at once what has become of refreshes that were out. */
  async revived(start: () => Promise<void>): Promise<void> {
    const { model, server } = this
    const open = model.connections.filter(
      one => one.isOpen && model.refusalOf(one) === undefined && !model.outages.has(one.host),
    )
    const known = server.uses.length
    await start()
    await quiet()
    this.learn()
    model.forgetFailures()
    model.settle(Date.now())
    const asked = new Set(server.uses.slice(known).map(({ user }) => user))
    for (const { user } of open)
      if (!asked.has(user)) model.violations.push(`a refresh of ${user} was out, and no start asks about it`)
  }

  /** Which connection an event is about. */
  of({ of }: { of: number }): Modelled {
    const connection = this.model.connections[of]
    if (!connection) throw new Error(`There is no connection ${of}`)
    return connection
  }

  /** Connects somebody. */
  async begin(host: string, user: string): Promise<Modelled> {
    const provider = host.split('.')[1] ?? ''
    const before = new Set(view().connections.map(({ id }) => id))
    this.server.person = user
    await ask(senders.popup(), 'connect', { provider })
    await quiet()
    const made = view().connections.find(({ id }) => !before.has(id))
    if (!made) throw new Error(`Not connected: ${JSON.stringify(view().attempts)}`)
    const { id } = made
    const connection: Modelled = { id, provider, host, user, isGone: false, isOpen: false, held: new Map() }
    await this.takeOver(connection)
    return connection
  }

  /** A login has just been settled: the connection is as new, and its server has answered. */
  async takeOver(connection: Modelled): Promise<void> {
    // It takes a Disconnect back that has not begun.
    connection.isGone = false
    connection.dueAt = undefined
    connection.fault = undefined
    connection.isOpen = false
    connection.refreshToken = await refreshTokenOnDisk(connection.id)
    this.model.outages.delete(connection.host)
    if (!this.server.isGood(connection.refreshToken ?? ''))
      throw new Error(`${connection.refreshToken} is no refresh token of the new login`)
    this.readHeld(connection)
    if ([...connection.held.keys()].join() !== '')
      throw new Error('Tokens of the login before are held after a Reconnect')
  }

  /** What of access tokens is in the browser's memory. */
  readHeld(connection: Modelled): void {
    const { tokens } = world.storage.session.get('tokens') as { tokens: Tokens }
    connection.held = new Map(
      Object.values(tokens.held)
        .filter(token => token.connection === connection.id)
        .map(({ asked, value, expiresAt, life, usedAt }) => [asked, { value, expiresAt, life, usedAt }]),
    )
  }
}
