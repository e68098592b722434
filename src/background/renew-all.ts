import { faultOf } from '../shared/errors'
import { needsPerson } from '../shared/forecast'
import { type ConnectionId, type ConnectionView, enteredFlows } from '../shared/view'
import { awakeDuring } from './awake'
import { renewNow } from './broker'
import { connectAndWait } from './connect'
import { watched } from './report'
import { changeQuestions, session } from './session'

let isRunning = false

/**
 * Sees to every connection that needs a person within a day, one after the other: without a window where a refresh is
 * enough, else by signing in again. How far it is stands in the view.
 */
export async function renewAll(): Promise<void> {
  if (isRunning) return
  const { now, soon } = needsPerson((await session()).view, Date.now())
  // What has to be entered is nothing to be done in a row.
  const all = [...soon, ...now].filter(({ flow }) => !enteredFlows.includes(flow))
  if (all.length === 0) return
  isRunning = true
  watched(
    'renewAll',
    awakeDuring(inARow(all)).finally(() => {
      isRunning = false
      return changeQuestions(() => ({ renewing: undefined }))
    }),
  )
}

async function inARow(all: readonly ConnectionView[]): Promise<void> {
  for (const [done, { id, provider, status, renews }] of all.entries()) {
    await changeQuestions(() => ({ renewing: { done, total: all.length } }))
    // While somebody signed in to the one before, it may have been disconnected.
    const now = (await session()).view.connections.find(known => known.id === id)
    if (!now || now.status === 'disconnecting') continue
    const needsSignIn = status !== 'connected' || renews !== 'refresh' || (await isRefused(id))
    // How it went is said by the attempt.
    if (needsSignIn) await connectAndWait({ provider, connection: id })
  }
}

/** Renews without a window. A server that does not answer is no reason to have anybody sign in. */
function isRefused(id: ConnectionId): Promise<boolean> {
  return renewNow(id).then(
    () => false,
    (error: unknown) => faultOf(error).code === 'reconnect-required',
  )
}
