import type { Fault } from '../../shared/errors'
import { sayInPopup } from '../../shared/texts/popup'
import { say } from '../../shared/texts/screens'
import {
  accountLabel,
  type ConnectionView,
  type Departure,
  type ProviderView,
  type View,
} from '../../shared/view'
import {
  type Action,
  accountName,
  attemptStatus,
  connectionActions,
  connectionName,
  connectionStatus,
  failedAttempt,
  joined,
  liveAttempt,
  newlyAsked,
  type Status,
} from '../ui/connection'
import { sayFault } from '../ui/say-fault'
import { missingScopes } from '../ui/scopes'
import { timeOfDay, writtenDay } from '../ui/times'

/** Something to know that stands beneath a row. */
type RowNotice = {
  tone: 'note' | 'good' | 'attention'
  text: string
  link?: { text: string; href: string }
  /** The relay does not know this browser. */
  needsAdmission?: boolean
}

/** One item of the popup's list: a connection, or a provider without any. */
export type Row = {
  /** The same while only what stands at this place changes, so that the change is announced. */
  key: string
  /** The connection's id, else the provider's. */
  id: string
  provider: ProviderView
  connection?: ConnectionView
  /** The accessible name. */
  name: string
  /** The account, where the status does not say it. */
  account?: string
  status: Status
  notes: string[]
  link?: { text: string; href: string }
  actions: Action[]
  notices: RowNotice[]
  /** An administrator has to be sent the thumbprint. */
  needsAdmission: boolean
  /** What the last row of a provider offers beneath it, for the provider as a whole. */
  footer: Action[]
}

/** The popup's list: for each provider its connections, or one row that offers to connect it. */
export function rowsOf(view: View, now: number): Row[] {
  return view.providers.flatMap(provider => {
    const connections = view.connections.filter(connection => connection.provider === provider.id)
    if (connections.length === 0) return [unconnectedRow(view, provider, now)]
    const rows = connections.map((connection, index) => connectionRow(view, provider, connection, index, now))
    const last = rows.at(-1)
    if (last) {
      const offers: Action[] = provider.ways.length > 0 ? ['addAccount'] : []
      last.footer = liveAttempt(view, provider) ? ['cancel'] : offers
      const notices = providerNotices(view, provider, connections, now)
      last.notices.push(...notices)
      last.needsAdmission ||= notices.some(isAdmissionNeeded)
    }
    return rows
  })
}

function unconnectedRow(view: View, provider: ProviderView, now: number): Row {
  const attempt = liveAttempt(view, provider)
  const [latest, ...others] = eventsOf(view, provider, [], now)
  const faults = setupNotice(view, provider)
  return {
    key: `${provider.id} 0`,
    id: provider.id,
    provider,
    name: provider.name,
    status: attempt
      ? attemptStatus(provider, attempt)
      : {
          tone: latest?.tone === 'attention' ? 'attention' : 'off',
          text: joined(say('notConnected'), latest?.text ?? setupHint(view, provider)),
        },
    notes: endNote(provider),
    link: attempt ? undefined : latest?.link,
    actions: [attempt ? 'cancel' : 'connect'],
    notices: [...others.map(withAccount), ...faults.filter(({ text }) => text !== latest?.text)],
    needsAdmission: !attempt && [latest, ...faults].some(isAdmissionNeeded),
    footer: [],
  }
}

function connectionRow(
  view: View,
  provider: ProviderView,
  connection: ConnectionView,
  index: number,
  now: number,
): Row {
  const missing = missingScopes(provider, connection.scopes)
  const isSaid = connection.status === 'connected' && !liveAttempt(view, provider, connection)
  const failed = failureEvent(view, provider, connection)
  const more = isSaid ? newlyAsked(provider, connection) : []
  return {
    key: `${provider.id} ${index}`,
    id: connection.id,
    provider,
    connection,
    name: connectionName(provider, connection),
    account: isSaid ? undefined : accountName(connection),
    status: connectionStatus(view, provider, connection),
    notes: [
      // What was entered here is the person's own, and is used at the provider itself.
      ...(provider.relay && connection.flow !== 'personal_token' ? [sayInPopup('throughRelay')] : []),
      ...(missing.length > 0 ? [say('notGiven', { scopes: missing.join(', ') })] : []),
      ...(index === 0 ? endNote(provider) : []),
    ],
    actions: connectionActions(view, provider, connection, now),
    notices: [
      ...(more.length > 0
        ? [{ tone: 'note' as const, text: say('newlyAsked', { scopes: more.join(', ') }) }]
        : []),
      ...(failed ? [failed] : []),
    ],
    needsAdmission: isAdmissionNeeded(failed),
    footer: [],
  }
}

function providerNotices(
  view: View,
  provider: ProviderView,
  connections: ConnectionView[],
  now: number,
): RowNotice[] {
  const attempt = liveAttempt(view, provider)
  const events: RowNotice[] = attempt
    ? [{ tone: 'note', text: attemptStatus(provider, attempt).text }]
    : eventsOf(view, provider, connections, now).map(withAccount)
  return [...events, ...setupNotice(view, provider)].filter(
    ({ text }, index, all) => all.findIndex(one => one.text === text) === index,
  )
}

type Event = RowNotice & { at: number; account?: string }

/** What happened to this provider and is still worth a sentence, the latest first. */
function eventsOf(view: View, provider: ProviderView, connections: ConnectionView[], now: number): Event[] {
  const failed = failureEvent(view, provider)
  const isNews = failed && !connections.some(({ connectedAt }) => connectedAt > failed.at)
  const departures = view.departures
    .filter(({ provider: id, account, at }) => {
      const isBack = connections.some(
        connection => accountLabel(connection) === account && connection.connectedAt > at,
      )
      return id === provider.id && !isBack
    })
    .map(departure => departureEvent(provider, departure, now))
  return [...(isNews ? [failed] : []), ...departures].sort((a, b) => b.at - a.at)
}

function failureEvent(view: View, provider: ProviderView, connection?: ConnectionView): Event | undefined {
  const failed = failedAttempt(view, provider, connection)
  return failed && { ...faultNotice(failed.fault, provider), at: failed.startedAt }
}

function departureEvent(
  provider: ProviderView,
  { account, result, tokensUntil, at }: Departure,
  now: number,
): Event {
  const values = { provider: provider.name }
  const sentence = sayInPopup(result, values)
  const isUnfinished = result === 'forgotten' || result === 'lives-on'
  const isTokenAlive = tokensUntil !== undefined && tokensUntil > now
  return {
    tone: isUnfinished ? 'attention' : result === 'left' ? 'note' : 'good',
    text: isTokenAlive
      ? `${sentence} ${sayInPopup('tokensUntil', { time: timeOfDay(tokensUntil) })}`
      : sentence,
    link:
      isUnfinished && provider.dashboard
        ? { text: sayInPopup('endAtProvider', values), href: provider.dashboard }
        : undefined,
    at,
    account: account ?? undefined,
  }
}

function withAccount({ account, ...notice }: Event): RowNotice {
  return { ...notice, text: joined(account, notice.text) }
}

function setupNotice({ setupFaults }: View, provider: ProviderView): RowNotice[] {
  const fault = setupFaults[provider.id]
  return fault ? [faultNotice(fault, provider)] : []
}

function faultNotice(fault: Fault, provider: ProviderView): RowNotice {
  return {
    tone: 'attention',
    text: sayFault(fault, provider),
    needsAdmission: fault.reason === 'relay-not-admitted',
  }
}

const isAdmissionNeeded = (notice: RowNotice | undefined) => notice?.needsAdmission === true

function setupHint({ setup }: View, provider: ProviderView): string | undefined {
  return setup && provider.ways.length === 0 ? sayInPopup('notInSetup') : undefined
}

function endNote({ name, endOfLife }: ProviderView): string[] {
  return endOfLife ? [sayInPopup('endsOn', { provider: name, date: writtenDay(endOfLife) })] : []
}
