import * as v from 'valibot'
import { AppError, type Fault, faultOf, type SiteCode } from '../shared/errors'
import type { Reply, RequestName } from '../shared/protocol'
import { type SiteFault, siteSentenceOf } from '../shared/texts/page-errors'
import type { ProviderId, ProviderView, View } from '../shared/view'
import { type Caller, callerOf, type Sender } from './caller'
import { notePresence } from './lock'
import { admit } from './rate'
import { record } from './receipts'
import { reportUnexpected, watched } from './report'
import { type Route, routes } from './routes'
import { session } from './session'
import { siteFault } from './site-fault'
import { isSite } from './sites'

const message = v.strictObject({
  dealpass: v.literal('request'),
  name: v.string(),
  input: v.unknown(),
})

/**
 * Answers one message: who asks, may they, is the input what it should be, then the route. Always resolves; a
 * refusal and a failure are replies too. An error crosses as two closed words and a sentence, never as itself.
 */
export async function serve(
  received: unknown,
  sender: Sender,
  signal: AbortSignal = new AbortController().signal,
): Promise<Reply<unknown>> {
  let name = 'unknown'
  let provider: ProviderView | undefined
  let caller: Caller | undefined
  try {
    const parsed = v.safeParse(message, received)
    if (!parsed.success) throw new AppError('bad-request')
    ;({ name } = parsed.output)
    const { view, tokens } = await session()
    caller = callerOf(sender, { panels: tokens.panels, isSite: origin => isSite(view, origin) })
    // A screen is the user's own hand.
    if (caller && caller.kind !== 'screen' && caller.site !== undefined) admit(caller.site)
    const route = routeOf(name)
    if (!caller || !route?.from.includes(caller.kind)) throw new AppError('not-permitted', 'unknown-caller')
    const input = v.safeParse(route.input, parsed.output.input)
    if (!input.success) throw new AppError('bad-request')
    if (caller.kind === 'screen') await notePresence()
    provider = providerOf(input.output, view)
    return { ok: true, value: await route.run(input.output as never, caller, signal) }
  } catch (error) {
    // Taken back by who asked: nobody hears the reply.
    const fault: Fault = signal.aborted ? { code: 'bad-request' } : faultOf(error)
    if (fault.code === 'unexpected') reportUnexpected(name, error)
    if (caller?.kind === 'screen' || caller?.kind === 'panel') return { ok: false, error: fault }
    const told = siteFault(fault)
    if (caller && !signal.aborted) noteRefusal(caller.site, told, provider?.id)
    return { ok: false, error: { ...told, message: siteSentenceOf(told, provider?.name) } }
  }
}

function routeOf(name: string): Route<RequestName> | undefined {
  return Object.hasOwn(routes, name) ? (routes[name as RequestName] as Route<RequestName>) : undefined
}

/** The provider that is asked for, where there is one of that id. */
function providerOf(input: unknown, { providers }: View): ProviderView | undefined {
  const named = (input as { provider?: unknown }).provider
  return providers.find(({ id }) => id === named)
}

/** Answers that are a no, and not a mishap. */
const refusals: readonly SiteCode[] = ['not-permitted', 'scope-missing', 'rate-limited']

function noteRefusal(site: string, fault: SiteFault, provider: ProviderId | undefined): void {
  if (!refusals.includes(fault.code)) return
  const line = { kind: 'refused', site, fault, ...(provider === undefined ? {} : { provider }) } as const
  watched('receipts', record(line))
}
