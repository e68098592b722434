import { say } from '../../shared/texts/screens'
import type { ProviderView } from '../../shared/view'

/** What has to stand beside a provider's name where the name alone would mislead: that it is a stand-in, or its host. */
export function Practice({
  provider: { isPractice, host },
}: {
  provider: Pick<ProviderView, 'isPractice' | 'host'>
}) {
  return (
    <>
      {isPractice && (
        <span class="practice" title={say('practiceHint')}>
          {say('practice')}
        </span>
      )}
      {host && <span class="small muted host">{host}</span>}
    </>
  )
}
