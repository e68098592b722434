import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Ask, ProviderId, View } from '../shared/view'
import { changeQuestions } from './session'

/** Throws `not-permitted` (`denied-lately`) where the user has just said no to this. */
export function requireUndenied({ denials }: View, site: string, provider: ProviderId): void {
  const isDenied = denials.some(
    denial => denial.site === site && denial.provider === provider && denial.until > Date.now(),
  )
  if (isDenied) throw new AppError('not-permitted', 'denied-lately')
}

/** Keeps a no for ten minutes, so that a site cannot ask until the user gives in. */
export async function rememberDenial(site: string, asks: readonly Ask[]): Promise<void> {
  const until = Date.now() + limits.denial
  await changeQuestions(({ denials }) => ({
    denials: [
      ...denials.filter(denial => denial.until > Date.now()),
      ...asks.map(({ provider }) => ({ site, provider, until })),
    ],
  }))
}

/** Lets a site ask again. */
export async function forgetDenial(site: string, provider: ProviderId): Promise<void> {
  await changeQuestions(({ denials }) => ({
    denials: denials.filter(denial => denial.site !== site || denial.provider !== provider),
  }))
}
