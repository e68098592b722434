import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { SandboxUser } from './people'

/** Who is signed in at one server, by a cookie that a browser keeps for two weeks. */
type Sessions = {
  userOf(context: Context): SandboxUser | undefined
  signIn(context: Context, user: SandboxUser): void
  clear(): void
}

/** Makes a server's sessions, under the given name of a cookie. */
export function createSessions(cookie: string): Sessions {
  const users = new Map<string, SandboxUser>()
  return {
    userOf: context => users.get(getCookie(context, cookie) ?? ''),
    signIn: (context, user) => {
      const id = randomBytes(16).toString('hex')
      users.set(id, user)
      setCookie(context, cookie, id, {
        path: '/',
        maxAge: 14 * 86_400,
        secure: context.req.url.startsWith('https:'),
        httpOnly: true,
        sameSite: 'Lax',
      })
    },
    clear: () => users.clear(),
  }
}
