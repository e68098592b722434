import { AppError, faultOf } from '../shared/errors'
import { limits } from '../shared/limits'
import type { ApiAnswer, Lease, RequestInput } from '../shared/protocol'
import { callApi, needOf } from './api-call'
import { lease } from './broker'
import { accessOf, brokeredMethod } from './call-access'
import type { Caller, SiteCaller } from './caller'
import { consentFor } from './consent'
import { requireGesture } from './gesture'
import { noteGiven } from './given'
import { pathTemplate } from './path-template'
import { type Holder, type Need, permitFor } from './permit-for'
import { recordUse } from './receipts'
import { session } from './session'

type Permitted = ReturnType<typeof permitFor>

/**
 * A lease for a site. Without a permit the user is asked, where that may be. Throws what `consentFor`, `permitFor` and
 * `lease` throw, and `provider-unreachable` after 30 s.
 */
export async function tokenFor(
  { provider, connection, scopes }: RequestInput<'token'>,
  caller: SiteCaller,
  signal: AbortSignal,
): Promise<Lease> {
  const need: Need = { provider, connection, use: 'token', access: 'read', scopes }
  const { permit, connection: chosen } = await permitted(caller, caller, need, signal)
  const leased = await inTime(() => lease(chosen.id, scopes ?? permit.scopes, permit.scopes), signal)
  // A permit that ended while the token was being had gives nothing any more, nor is a page served that is gone.
  await stillPermitted(caller, { ...need, connection: chosen.id })
  signal.throwIfAborted()
  await noteGiven({
    site: caller.site,
    connection: chosen.id,
    value: leased.accessToken,
    expiresAt: leased.expiresAt,
  })
  recordUse({ site: caller.site, provider, connection: chosen.id, use: 'token' })
  return leased
}

/** A brokered call for a site or panel; a site without a permit asks the user. Throws as `tokenFor`, and what `callApi` throws. */
export async function fetchFor(
  call: RequestInput<'fetch'>,
  caller: Caller,
  holder: Holder,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const { need, url } = needOf((await session()).view.setup, call)
  // Nobody is asked for a call that could not be made.
  const asker = caller.kind === 'site' && url ? caller : undefined
  const allowed = await permitted(holder, asker, need, signal)
  const chosen: Need = { ...need, connection: allowed.connection.id }
  const use = {
    site: holder.site,
    provider: call.provider,
    connection: allowed.connection.id,
    use: 'fetch',
    method: brokeredMethod(call.method),
    access: accessOf(call.method),
    ...(url ? { path: pathTemplate(url) } : {}),
  } as const
  try {
    const answer = await inTime(
      within => callApi(allowed, call, () => stillPermitted(holder, chosen), within),
      signal,
    )
    recordUse(use)
    return answer
  } catch (error) {
    if (!signal.aborted) recordUse({ ...use, fault: faultOf(error) })
    throw error
  }
}

const stillPermitted = async (holder: Holder, need: Need) => permitFor((await session()).view, holder, need)

/** The permit for a need: the one that there is, or the one that the user gives now. */
async function permitted(
  holder: Holder,
  asker: SiteCaller | undefined,
  need: Need,
  signal: AbortSignal,
): Promise<Permitted> {
  try {
    return permitFor((await session()).view, holder, need)
  } catch (error) {
    if (!asker) throw error
    const { provider, connection, use, access, scopes } = need
    // An id that came by message may be anything; there is nothing to ask for what there is not. Whoever asks without a
    // click hears the same as of one that there is.
    if (!(await session()).view.providers.some(({ id }) => id === provider)) {
      await requireGesture(asker)
      throw error
    }
    await consentFor(
      asker,
      {
        provider,
        use,
        access,
        ...(connection === undefined ? {} : { connection }),
        ...(scopes === undefined ? {} : { scopes: [...scopes] }),
      },
      signal,
    )
    return stillPermitted(holder, need)
  }
}

/** Runs a job with a signal that aborts with the caller's, and after 30 s, which is `provider-unreachable`. */
async function inTime<T>(job: (within: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(limits.call)
  const within = AbortSignal.any([signal, timeout])
  const aborted = new Promise<never>((_, reject) => {
    within.addEventListener('abort', () => reject(within.reason))
  })
  try {
    return await Promise.race([job(within), aborted])
  } catch (cause) {
    if (timeout.aborted && !(cause instanceof AppError))
      throw new AppError('provider-unreachable', undefined, { cause })
    throw cause
  }
}
