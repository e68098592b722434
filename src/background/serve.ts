import * as v from 'valibot'
import { providerById } from '../providers'
import { AppError, faultOf } from '../shared/errors'
import type { Reply, RequestName } from '../shared/protocol'
import { sentenceOf } from '../shared/texts/errors'
import { callerOf, type Sender } from './caller'
import { reportUnexpected } from './report'
import { type Route, routes } from './routes'
import { session } from './session'

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
  try {
    const parsed = v.safeParse(message, received)
    if (!parsed.success) throw new AppError('bad-request')
    ;({ name } = parsed.output)
    const caller = callerOf(sender, (await session()).tokens.panels)
    const route = routeOf(name)
    if (!caller || !route?.from.includes(caller.kind)) throw new AppError('not-permitted', 'unknown-caller')
    const input = v.safeParse(route.input, parsed.output.input)
    if (!input.success) throw new AppError('bad-request')
    provider = providerNameOf(input.output)
    return { ok: true, value: await route.run(input.output as never, caller) }
  } catch (error) {
    const fault = faultOf(error)
    if (fault.code === 'unexpected') reportUnexpected(name, error)
    return { ok: false, error: { ...fault, message: sentenceOf(fault, provider) } }
  }
}

function routeOf(name: string): Route<RequestName> | undefined {
  return Object.hasOwn(routes, name) ? (routes[name as RequestName] as Route<RequestName>) : undefined
}

function providerNameOf(input: unknown): string | undefined {
  const named = (input as { provider?: unknown }).provider
  return typeof named === 'string' ? providerById(named)?.name : undefined
}
