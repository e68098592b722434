import { browser } from '../browser'
import { forecastFrom } from '../shared/forecast'
import { limits, renewalMargin } from '../shared/limits'
import type { ConnectionView, View } from '../shared/view'
import { changeTokens, type HeldToken, session } from './session'

/** The alarm of what is seen to ahead of time (`ahead.ts`). */
export const aheadName = 'ahead'

/** A token was handed out or called with: it is renewed before it ends. */
export async function noteUse({ connection, asked, usedAt = 0 }: HeldToken): Promise<void> {
  const now = Date.now()
  // Once a minute is often enough to know it by.
  if (now - usedAt < limits.usedEvery) return
  await changeTokens(({ held }) => {
    for (const token of Object.values(held))
      if (token.connection === connection && token.asked === asked) token.usedAt = now
  })
  await scheduleAhead()
}

/** Whether somebody has used a token lately, so that it should not run out. */
export function isInUse({ usedAt = 0, expiresAt }: HeldToken, now: number): boolean {
  return now - usedAt < limits.inUse && expiresAt > now
}

/** When a token is to be renewed, milliseconds since the epoch. */
export const renewalOf = ({ expiresAt, life }: HeldToken) => expiresAt - renewalMargin(life)

/** From when on a login is to be kept alive, where the user wants that; undefined where it is not. */
export function warmFrom(
  { renews, loginEndsAt }: ConnectionView,
  { keepsWarm }: Pick<View, 'keepsWarm'>,
): number | undefined {
  return keepsWarm && renews === 'refresh' && loginEndsAt !== undefined
    ? loginEndsAt - limits.warm
    : undefined
}

/** Sets the alarm for what comes next: a renewal, a login to keep alive, a day before the end of one. At every start, too. */
export async function scheduleAhead(): Promise<void> {
  const { view, tokens } = await session()
  const now = Date.now()
  const times = [
    ...Object.values(tokens.held)
      .filter(token => isInUse(token, now))
      .map(renewalOf),
    ...view.connections.flatMap(connection => [forecastFrom(connection), warmFrom(connection, view)]),
  ].filter(time => time !== undefined && time > now) as number[]
  if (times.length === 0) return
  await browser.alarms.create(aheadName, { when: Math.max(Math.min(...times), now + limits.alarm) })
}
