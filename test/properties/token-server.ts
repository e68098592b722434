import { vi } from 'vitest'
import type { Life } from '../fakes/event'
import { json } from '../fakes/server'
import { world } from '../fakes/world'
import { type Mode, type Outcome, useless } from './modes'
import { hosts } from './providers'
import type { Use } from './use'

type Family = { user: string; current: string; superseded: Map<string, number>; isRevoked: boolean }

/** Match patterns of those hosts. */
const patterns = hosts.map(host => `https://${host}/*`)

/**
 * Authorization servers in memory: refresh tokens rotate, and one that was used before costs the whole login, unless that
 * was within the window (RFC 9700 section 4.14.2).
 */
export class TokenServer {
  mode: Record<string, Mode> = {}
  rotates = true
  window = 0
  /** Seconds. */
  life = 3600
  /** Who signs in next. */
  person = 'nobody'
  uses: Use[] = []
  /** The same in the order in which they were answered. */
  answered: Use[] = []
  /** What no client may do while its worker lives. */
  violations: string[] = []
  revocations = 0
  /** Somebody else who has the same refresh token uses it first, once, and writes down what they got. */
  overtake: ((next: string) => Promise<void>) | undefined
  /** While it is there, answers of token requests wait for it. */
  gate: Promise<void> | undefined
  #families = new Map<string, Family>()
  #codes = new Map<string, string>()
  #people = new Map<string, string>()
  #count = 0

  /** Stands for the network, and for the person before the browser. */
  install(): void {
    world.granted = new Set(patterns)
    world.signIn = async ({ url }) => this.#signIn(new URL(url))
    vi.stubGlobal('fetch', (input: RequestInfo | URL, init?: RequestInit) =>
      this.#fetch(new Request(input, init)),
    )
  }

  /** Ends every login of a person. */
  revoke(user: string): void {
    for (const family of this.#families.values()) if (family.user === user) family.isRevoked = true
  }

  /** Whether a refresh would bring something: it is the latest of its login, or may still be used once more. */
  isGood(refreshToken: string): boolean {
    const family = this.#families.get(refreshToken)
    if (!family || family.isRevoked) return false
    const at = family.superseded.get(refreshToken)
    return at === undefined || Date.now() - at <= this.window
  }

  /** Whether the login of a refresh token has been ended. */
  isEnded(refreshToken: string): boolean {
    return this.#families.get(refreshToken)?.isRevoked ?? false
  }

  #signIn(url: URL): string {
    const code = this.#name('code')
    this.#codes.set(code, this.person)
    const back = new URL(url.searchParams.get('redirect_uri') ?? '')
    back.searchParams.set('code', code)
    back.searchParams.set('state', url.searchParams.get('state') ?? '')
    return back.href
  }

  async #fetch(request: Request): Promise<Response> {
    const { life } = world
    const url = new URL(request.url)
    const body = new URLSearchParams(await request.text())
    const answer = await this.#answer(url, request, body, life)
    // The dead are not answered.
    return life.isOver ? new Promise(() => undefined) : answer()
  }

  async #answer(url: URL, request: Request, body: URLSearchParams, life: Life): Promise<() => Response> {
    if (url.pathname === '/userinfo') {
      const user = this.#people.get(request.headers.get('authorization')?.replace('Bearer ', '') ?? '')
      return () => (user === undefined ? json({}, { status: 401 }) : json({ sub: user }))
    }
    if (url.pathname === '/revoke') {
      this.revocations += 1
      const family = this.#families.get(body.get('token') ?? '')
      if (family) family.isRevoked = true
      return () => new Response(null, { status: 200 })
    }
    if (url.pathname.startsWith('/api/')) {
      const value = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
      return () => json({}, { status: this.#people.has(value) ? 200 : 401 })
    }
    if (url.pathname !== '/token') {
      world.strays.push(request.url)
      throw new TypeError('Failed to fetch')
    }
    const refreshToken = body.get('refresh_token')
    return refreshToken === null
      ? this.#exchange(url, body.get('code') ?? '')
      : this.#refresh(url, request, refreshToken, body.get('scope') ?? '', life)
  }

  #exchange({ host }: URL, code: string): () => Response {
    const user = this.#codes.get(code)
    const mode = this.mode[host] ?? 'well'
    if (mode === 'refuses' || user === undefined)
      return () => json({ error: 'invalid_grant' }, { status: 400 })
    if (mode !== 'well') return () => useless(mode)
    const refreshToken = this.#name('refresh')
    this.#families.set(refreshToken, { user, current: refreshToken, superseded: new Map(), isRevoked: false })
    return () => this.#tokens(user, refreshToken)
  }

  async #refresh(
    { host }: URL,
    { signal }: Request,
    refreshToken: string,
    asked: string,
    life: Life,
  ): Promise<() => Response> {
    const mode = this.mode[host] ?? 'well'
    const family = this.#families.get(refreshToken)
    const { overtake } = this
    if (overtake && family && mode === 'well' && this.rotates && this.isGood(refreshToken)) {
      this.overtake = undefined
      await overtake(this.#rotated(family))
      return () => json({ error: 'invalid_grant' }, { status: 400 })
    }
    const use: Use = {
      life,
      at: Date.now(),
      host,
      user: family?.user ?? '',
      refreshToken,
      asked: asked.split(' ').sort().join(' '),
      endedAt: Number.POSITIVE_INFINITY,
      isDone: false,
      isReuse: false,
      namesTime: false,
      isOver: false,
    }
    for (const other of this.uses.filter(one => one.refreshToken === refreshToken && one.life === life))
      if (!other.isOver) this.violations.push(`two uses of ${refreshToken} at once`)
      else if (other.outcome === 'ok' && other.next !== undefined)
        this.violations.push(`${refreshToken} used again after its rotation was answered`)
    this.uses.push(use)
    const end = (outcome: Outcome) => {
      use.outcome = outcome
      use.isOver = true
      use.endedAt = Date.now()
      this.answered.push(use)
    }
    const answer = this.#done(mode, family, use)
    await this.#opened(signal).catch((error: unknown) => {
      end('unanswered')
      throw error
    })
    return () => answer(end)
  }

  /** Does what is asked, and gives what to answer. */
  #done(mode: Mode, family: Family | undefined, use: Use): (end: (outcome: Outcome) => void) => Response {
    const unsaid = (outcome: Outcome) => (end: (outcome: Outcome) => void) => {
      use.namesTime = mode === 'busy'
      end(outcome)
      return useless(mode)
    }
    if (mode === 'down' || mode === 'fails' || mode === 'busy') return unsaid('unanswered')
    if (mode === 'nonsense') return unsaid('nonsense')
    if (mode === 'client-refused') return unsaid('client-refused')
    use.isDone = true
    use.isReuse = family !== undefined && !family.isRevoked && !this.isGood(use.refreshToken)
    if (family && (mode === 'refuses' || !this.isGood(use.refreshToken))) family.isRevoked = true
    if (!family || family.isRevoked)
      return end => {
        if (mode === 'lost' || mode === 'garbled')
          return unsaid(mode === 'lost' ? 'unanswered' : 'nonsense')(end)
        end('refused')
        return json({ error: 'invalid_grant' }, { status: 400 })
      }
    if (this.rotates) use.next = this.#rotated(family)
    use.accessToken = this.#name('access')
    this.#people.set(use.accessToken, family.user)
    if (mode === 'lost') return unsaid('unanswered')
    if (mode === 'garbled') return unsaid('nonsense')
    return end => {
      end('ok')
      return json({
        access_token: use.accessToken,
        token_type: 'bearer',
        expires_in: this.life,
        ...(use.next === undefined ? {} : { refresh_token: use.next }),
      })
    }
  }

  #rotated(family: Family): string {
    const next = this.#name('refresh')
    if (!family.superseded.has(family.current)) family.superseded.set(family.current, Date.now())
    family.current = next
    this.#families.set(next, family)
    return next
  }

  #tokens(user: string, refreshToken: string): Response {
    const accessToken = this.#name('access')
    this.#people.set(accessToken, user)
    return json({
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: this.life,
      refresh_token: refreshToken,
    })
  }

  /** Resolves when the gate is open; rejects when nobody waits any more. */
  #opened(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      void (this.gate ?? Promise.resolve()).then(resolve)
    })
  }

  #name(kind: string): string {
    this.#count += 1
    return `${kind}-${this.#count}`
  }
}
