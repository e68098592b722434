import { sayInEntry as say } from '../../shared/texts/entry'
import type { ProviderView } from '../../shared/view'
import { enumerate } from '../ui/enumerate'
import { ExternalLink } from '../ui/external-link'
import { Icon } from '../ui/icon'
import type { EntryFlow } from './check-entry'
import { hostsOf } from './entry-header'

/** What becomes of what is entered, and where it is weak. */
export function Explanation({ provider, flow }: { provider: ProviderView; flow: EntryFlow }) {
  const { name, dashboard } = provider
  switch (flow) {
    case 'password':
      return (
        <>
          <p class="small muted">{say('passwordOnce', { host: enumerate(hostsOf(provider)) })}</p>
          <Warning>{say('passwordSafer', { provider: name })}</Warning>
        </>
      )
    case 'personal_token':
      return (
        <>
          <p class="small muted">
            {say('tokenWhere', { provider: name })}{' '}
            {dashboard && (
              <ExternalLink href={dashboard}>{say('openProvider', { provider: name })}</ExternalLink>
            )}
          </p>
          <p class="small muted">{say('tokenEndless')}</p>
        </>
      )
    case 'client_credentials':
      return <Warning>{say('keyOnce', { provider: name })}</Warning>
  }
}

function Warning({ children }: { children: string }) {
  return (
    <p class="warning">
      <Icon name="attention" />
      <span>{children}</span>
    </p>
  )
}
