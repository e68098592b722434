import * as v from 'valibot'
import { AppError, faultOf } from '../shared/errors'
import type { Reply, RequestName } from '../shared/protocol'
import { siteSentenceOf } from '../shared/texts/site-errors'
import type { View } from '../shared/view'
import { type Caller, callerOf, type Sender } from './caller'
import { admit } from './rate'
import { reportUnexpected } from './report'
import { type Route, routes } from './routes'
import { session } from './session'
import { siteFault } from './site-fault'

const message = v.strictObject({
  dealpass: v.literal('request'),
  name: v.string(),
  input: v.unknown(),
})

/**
 * Answers one message: who asks, may they, is the input what it should be, then the route. Always resolves; a
 * refusal and a failure are replies too. An error crosses as two closed words and a sentence, never as itself.
 */
export async function serve(received: unknown, sender: Sender): Promise<Reply<unknown>> {
  let name = 'unknown'
  let provider: string | undefined
  let caller: Caller | undefined
  try {
    const parsed = v.safeParse(message, received)
    if (!parsed.success) throw new AppError('bad-request')
    ;({ name } = parsed.output)
    caller = callerOf(sender, (await session()).tokens.panels)
    // A screen is the user's own hand.
    if (caller && caller.kind !== 'screen' && caller.site !== undefined) admit(caller.site)
    const route = routeOf(name)
    if (!caller || !route?.from.includes(caller.kind)) throw new AppError('not-permitted', 'unknown-caller')
    const input = v.safeParse(route.input, parsed.output.input)
    if (!input.success) throw new AppError('bad-request')
    provider = providerNameOf(input.output, (await session()).view)
    return { ok: true, value: await route.run(input.output as never, caller) }
  } catch (error) {
    const fault = faultOf(error)
    if (fault.code === 'unexpected') reportUnexpected(name, error)
    if (caller?.kind === 'screen' || caller?.kind === 'panel') return { ok: false, error: fault }
    const told = siteFault(fault)
    return { ok: false, error: { ...told, message: siteSentenceOf(told, provider) } }
  }
}

function routeOf(name: string): Route<RequestName> | undefined {
  return Object.hasOwn(routes, name) ? (routes[name as RequestName] as Route<RequestName>) : undefined
}

function providerNameOf(input: unknown, { providers }: View): string | undefined {
  const named = (input as { provider?: unknown }).provider
  return providers.find(({ id }) => id === named)?.name
}
