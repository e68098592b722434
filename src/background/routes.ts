import * as v from 'valibot'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { RequestInput, RequestName, RequestOutput } from '../shared/protocol'
import { type Flow, permitDurations } from '../shared/view'
import { accessOf, callApi } from './api-call'
import { lease } from './broker'
import type { Caller } from './caller'
import { cancel, connect, permissionRefused, resumeWaiting } from './connect'
import { askConsent, decide } from './consent'
import { disconnect, undo } from './disconnect'
import { enter, issueTicket, look } from './panels'
import { connectionsOfSite, endPermit, type Need, permitFor } from './permits'
import { session } from './session'
import { reviewSetup, stopEverything, switchWeakerFlows, useSetup } from './setup'

type CallerKind = Caller['kind']

/** Who may call it, how its input is narrowed, and what it does. Whoever is not named in `from` is refused. */
export type Route<N extends RequestName> = {
  from: readonly CallerKind[]
  input: v.GenericSchema<unknown, RequestInput<N>>
  run: (input: RequestInput<N>, caller: Caller) => Promise<Awaited<RequestOutput<N>>>
}

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64))
const nothing = v.strictObject({})
// An empty list would mean nothing, and must never be taken for everything.
const scopes = v.pipe(
  v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(128))),
  v.minLength(1),
  v.maxLength(64),
)

const apiCall = v.strictObject({
  provider: id,
  connection: v.optional(id),
  path: v.pipe(v.string(), v.maxLength(8192)),
  method: v.optional(v.pipe(v.string(), v.maxLength(16))),
  headers: v.optional(v.record(v.pipe(v.string(), v.maxLength(128)), v.pipe(v.string(), v.maxLength(8192)))),
  body: v.optional(v.union([v.string(), v.instance(ArrayBuffer)])),
})

const flow = v.picklist([
  'authorization_code',
  'implicit',
  'password',
  'client_credentials',
  'exchange',
  'personal_token',
] satisfies Flow[])

const entered = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most))
const entry = v.variant('flow', [
  v.strictObject({ flow: v.literal('password'), username: entered(320), password: entered(1024) }),
  v.strictObject({ flow: v.literal('personal_token'), label: entered(60), token: entered(4096) }),
  v.strictObject({
    flow: v.literal('client_credentials'),
    label: entered(60),
    clientId: entered(512),
    clientSecret: entered(1024),
  }),
])

/** Every route of the protocol; a missing one does not compile. */
export const routes: { [N in RequestName]: Route<N> } = {
  hello: { from: ['screen'], input: nothing, run: async () => resumeWaiting() },
  connect: {
    from: ['screen'],
    input: v.strictObject({
      provider: id,
      connection: v.optional(id),
      flow: v.optional(flow),
      key: v.optional(v.pipe(v.string(), v.maxLength(512))),
      entry: v.optional(entry),
    }),
    run: connect,
  },
  cancel: { from: ['screen'], input: v.strictObject({ attempt: id }), run: ({ attempt }) => cancel(attempt) },
  permissionRefused: {
    from: ['screen'],
    input: v.strictObject({ provider: id }),
    run: ({ provider }) => permissionRefused(provider),
  },
  disconnect: {
    from: ['screen'],
    input: v.strictObject({ connection: id, leave: v.optional(v.boolean()) }),
    run: ({ connection, leave }) => disconnect(connection, leave),
  },
  undo: {
    from: ['screen'],
    input: v.strictObject({ connection: id }),
    run: ({ connection }) => undo(connection),
  },
  stop: { from: ['screen'], input: v.strictObject({ on: v.boolean() }), run: ({ on }) => stopEverything(on) },
  weakerFlows: {
    from: ['screen'],
    input: v.strictObject({ on: v.boolean() }),
    run: ({ on }) => switchWeakerFlows(on),
  },
  reviewSetup: {
    from: ['screen'],
    input: v.strictObject({ text: v.pipe(v.string(), v.maxLength(limits.setup)) }),
    run: ({ text }) => reviewSetup(text),
  },
  useSetup: {
    from: ['screen'],
    input: v.strictObject({ text: v.pipe(v.string(), v.maxLength(limits.setup)) }),
    run: ({ text }) => useSetup(text),
  },
  decide: {
    from: ['screen'],
    input: v.strictObject({ consent: id, allow: v.boolean(), until: v.picklist(permitDurations) }),
    run: ({ consent, allow, until }, caller) => decide(as('screen', caller), consent, allow, until),
  },
  endPermit: {
    from: ['screen'],
    input: v.strictObject({ permit: id }),
    run: ({ permit }) => endPermit(permit),
  },
  enter: {
    from: ['panel'],
    input: v.strictObject({ ticket: id }),
    run: ({ ticket }, caller) => enter(as('panel', caller), ticket),
  },
  look: {
    from: ['panel'],
    input: nothing,
    run: (_, caller) => look({ ...as('panel', caller), site: siteOf(caller) }),
  },
  askConsent: {
    from: ['panel'],
    input: nothing,
    run: async (_, caller) => askConsent({ ...as('panel', caller), site: siteOf(caller) }),
  },
  connections: {
    from: ['panel', 'site'],
    input: nothing,
    run: async (_, caller) => connectionsOfSite((await session()).view, siteOf(caller)),
  },
  fetch: {
    from: ['panel', 'site'],
    input: apiCall,
    run: async (call, caller) => {
      const { provider, connection: id } = call
      const need: Need = { provider, connection: id, use: 'fetch', access: accessOf(call.method) }
      const allowed = async () => permitFor((await session()).view, siteOf(caller), need)
      return callApi(await allowed(), call, allowed)
    },
  },
  token: {
    from: ['site'],
    input: v.strictObject({ provider: id, connection: v.optional(id), scopes: v.optional(scopes) }),
    run: async ({ provider, connection: id, scopes: asked }, caller) => {
      const need: Need = { provider, connection: id, use: 'token', access: 'read', scopes: asked }
      const allowed = async () => permitFor((await session()).view, siteOf(caller), need)
      const { permit, connection } = await allowed()
      const leased = await lease(connection.id, asked ?? permit.scopes)
      // A permit that ended while the token was being had gives nothing any more.
      await allowed()
      return leased
    },
  },
  openPanel: { from: ['site'], input: nothing, run: (_, caller) => issueTicket(as('site', caller)) },
}

function as<K extends CallerKind>(kind: K, caller: Caller): Extract<Caller, { kind: K }> {
  if (caller.kind !== kind) throw new AppError('not-permitted', 'unknown-caller')
  return caller as Extract<Caller, { kind: K }>
}

/** The site on whose permits a caller stands. A panel that has not spent a ticket stands on none. */
function siteOf(caller: Caller): string {
  const site = caller.kind === 'screen' ? undefined : caller.site
  if (site === undefined) throw new AppError('not-permitted', 'unknown-caller')
  return site
}
