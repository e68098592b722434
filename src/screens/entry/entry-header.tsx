import { sayInEntry as say } from '../../shared/texts/entry'
import type { ConnectionView, ProviderView } from '../../shared/view'
import { accountName } from '../ui/connection'
import { Logo } from '../ui/logo'
import { Practice } from '../ui/practice'

/** What is connected, and the hosts that will receive what is entered. */
export function EntryHeader({
  provider,
  connection,
}: {
  provider: ProviderView
  connection?: ConnectionView
}) {
  return (
    <header>
      <Logo provider={provider} />
      <div>
        <div class="named">
          <h1 id="title">{say('title', { provider: provider.name })}</h1>
          <Practice provider={provider} />
        </div>
        {connection && <p class="muted">{say('again', { account: accountName(connection) })}</p>}
        <p class="destination">
          {say('sentTo')}
          {hostsOf(provider).map(host => (
            <strong key={host}>{host}</strong>
          ))}
        </p>
      </div>
    </header>
  )
}

/** The hosts of match patterns: `https://api.example/*` is `api.example`. */
export function hostsOf({ hosts }: Pick<ProviderView, 'hosts'>): string[] {
  return hosts.map(pattern => pattern.replace(/^[^:]*:\/\/|\/\*$/g, ''))
}
