import { sayInEntry as say } from '../../shared/texts/entry'
import { say as sayEverywhere } from '../../shared/texts/screens'
import type { ConnectionView, ProviderView } from '../../shared/view'
import { accountName, attemptStatus, type Status } from '../ui/connection'
import { StatusLine } from '../ui/status-line'
import type { Progress } from './progress'

/** How it goes. Its place is there from the beginning, so that what appears in it is announced. */
export function ProgressLine({
  progress,
  provider,
  connection,
}: {
  progress: Progress | undefined
  provider: ProviderView
  connection?: ConnectionView
}) {
  const status = progress && statusOf(progress, provider, connection)
  return <div role="status">{status && <StatusLine status={status} />}</div>
}

function statusOf(
  progress: Progress,
  provider: ProviderView,
  connection: ConnectionView | undefined,
): Status | undefined {
  switch (progress.at) {
    case 'sent':
      return { tone: 'busy', text: sayEverywhere('connecting') }
    case 'underway':
      return attemptStatus(provider, progress.attempt, connection)
    case 'connected':
      return {
        tone: 'good',
        text: progress.connection
          ? sayEverywhere('connectedAs', { account: accountName(progress.connection) })
          : say('connected'),
      }
    case 'failed':
    case 'gone':
      return undefined
  }
}
