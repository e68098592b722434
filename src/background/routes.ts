import * as v from 'valibot'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { RequestInput, RequestName, RequestOutput } from '../shared/protocol'
import { type Flow, permitDurations } from '../shared/view'
import type { Caller } from './caller'
import { cancel, connect, permissionRefused, resumeWaiting } from './connect'
import { askConsent, decide } from './consent'
import { forgetDenial } from './denials'
import { disconnect, undo } from './disconnect'
import { lock, removePassphrase, setPassphrase, startAnew, unlock } from './lock'
import { enter, issueTicket, look } from './panels'
import type { Holder } from './permit-for'
import { connectionsOfSite, endPermits } from './permits'
import { proofThumbprint } from './proof-key'
import { readReceipts } from './receipts'
import { renewAll } from './renew-all'
import { fetchFor, tokenFor } from './serving-sites'
import { session } from './session'
import { reviewSetup, stopEverything, switchKeepWarm, switchWeakerFlows, useSetup } from './setup'
import { leaveSite, useSite } from './sites'

type CallerKind = Caller['kind']

/** Who may call it, how its input is narrowed, and what it does. Whoever is not named in `from` is refused. */
export type Route<N extends RequestName> = {
  from: readonly CallerKind[]
  input: v.GenericSchema<unknown, RequestInput<N>>
  /** `signal` aborts when nobody waits for the reply any more. */
  run: (input: RequestInput<N>, caller: Caller, signal: AbortSignal) => Promise<Awaited<RequestOutput<N>>>
}

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64))
const origin = v.pipe(v.string(), v.minLength(1), v.maxLength(512))
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
  scopes: v.optional(scopes),
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
  keepWarm: {
    from: ['screen'],
    input: v.strictObject({ on: v.boolean() }),
    run: ({ on }) => switchKeepWarm(on),
  },
  renewAll: { from: ['screen'], input: nothing, run: renewAll },
  setPassphrase: {
    from: ['screen'],
    input: v.strictObject({ passphrase: entered(1024), current: v.optional(entered(1024)) }),
    run: ({ passphrase, current }) => setPassphrase(passphrase, current),
  },
  removePassphrase: {
    from: ['screen'],
    input: v.strictObject({ current: entered(1024) }),
    run: ({ current }) => removePassphrase(current),
  },
  unlock: {
    from: ['screen'],
    input: v.strictObject({ passphrase: entered(1024) }),
    run: ({ passphrase }) => unlock(passphrase),
  },
  lock: { from: ['screen'], input: nothing, run: lock },
  startAnew: { from: ['screen'], input: nothing, run: startAnew },
  thumbprint: { from: ['screen'], input: nothing, run: proofThumbprint },
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
    input: v.strictObject({
      consent: id,
      allow: v.boolean(),
      until: v.picklist(permitDurations),
      connections: v.pipe(v.array(id), v.maxLength(64)),
    }),
    run: ({ consent, allow, until, connections }, caller) =>
      decide(as('screen', caller), consent, allow, until, connections),
  },
  endPermit: {
    from: ['screen'],
    input: v.strictObject({ permit: id }),
    run: ({ permit }) => endPermits(known => known.id === permit),
  },
  endPermits: {
    from: ['screen'],
    input: v.strictObject({ site: v.optional(origin) }),
    run: ({ site }) => endPermits(known => site === undefined || known.site === site),
  },
  useSite: { from: ['screen'], input: v.strictObject({ origin }), run: ({ origin }) => useSite(origin) },
  leaveSite: { from: ['screen'], input: v.strictObject({ origin }), run: ({ origin }) => leaveSite(origin) },
  forgetDenial: {
    from: ['screen'],
    input: v.strictObject({ site: origin, provider: id }),
    run: ({ site, provider }) => forgetDenial(site, provider),
  },
  receipts: { from: ['screen'], input: nothing, run: readReceipts },
  enter: {
    from: ['panel'],
    input: v.strictObject({ ticket: id }),
    run: ({ ticket }, caller) => enter(as('panel', caller), ticket),
  },
  look: {
    from: ['panel'],
    input: nothing,
    run: (_, caller) => look({ ...as('panel', caller), ...holderOf(caller) }),
  },
  askConsent: {
    from: ['panel'],
    input: nothing,
    run: async (_, caller) => askConsent({ ...as('panel', caller), ...holderOf(caller) }),
  },
  connections: {
    from: ['panel', 'site'],
    input: nothing,
    run: async (_, caller) => connectionsOfSite((await session()).view, holderOf(caller)),
  },
  fetch: {
    from: ['panel', 'site'],
    input: apiCall,
    run: (call, caller, signal) => fetchFor(call, caller, holderOf(caller), signal),
  },
  token: {
    from: ['site'],
    input: v.strictObject({ provider: id, connection: v.optional(id), scopes: v.optional(scopes) }),
    run: (input, caller, signal) => tokenFor(input, as('site', caller), signal),
  },
  openPanel: { from: ['site'], input: nothing, run: (_, caller) => issueTicket(as('site', caller)) },
}

function as<K extends CallerKind>(kind: K, caller: Caller): Extract<Caller, { kind: K }> {
  if (caller.kind !== kind) throw new AppError('not-permitted', 'unknown-caller')
  return caller as Extract<Caller, { kind: K }>
}

/** The site on whose permits a caller stands. A panel that has not spent a ticket stands on none. */
function holderOf(caller: Caller): Holder {
  if (caller.kind === 'screen' || caller.site === undefined || caller.page === undefined)
    throw new AppError('not-permitted', 'unknown-caller')
  return { site: caller.site, page: caller.page }
}
