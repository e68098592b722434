import { exportSetup } from '../../providers/setup-export'
import { sayInOptions as say } from '../../shared/texts/options'
import type { ConfiguredProvider, ProviderView, View } from '../../shared/view'
import { Button } from '../ui/button'
import { enumerate } from '../ui/enumerate'
import { Logo } from '../ui/logo'
import { Practice } from '../ui/practice'
import { download } from './download'
import { RuleList } from './rule-list'

/** The setup in force, or what to do where there is none. */
export function CurrentSetup({ view: { setup, providers } }: { view: View }) {
  if (!setup) return <p class="card empty">{say('noSetupYet')}</p>
  const { name, supportContact } = setup.organisation
  return (
    <div class="card">
      <h3>{say('inForce')}</h3>
      <dl class="facts">
        {name && (
          <div>
            <dt>{say('organisation')}</dt>
            <dd>{name}</dd>
          </div>
        )}
        {supportContact && (
          <div>
            <dt>{say('supportContact')}</dt>
            <dd>{supportContact}</dd>
          </div>
        )}
      </dl>
      <ul class="configured">
        {providers.map(provider => {
          const configured = setup.providers[provider.id]
          return configured && <Configured key={provider.id} provider={provider} configured={configured} />
        })}
      </ul>
      {setup.sites.length > 0 && <p class="muted">{say('sitesProposed', { count: setup.sites.length })}</p>}
      <RuleList rules={setup.rules} />
      <div class="export">
        <Button onClick={() => download('dealpass-setup.json', exportSetup(setup))}>
          {say('exportSetup')}
        </Button>
        <span class="muted">{say('neverExported')}</span>
      </div>
    </div>
  )
}

function Configured({ provider, configured }: { provider: ProviderView; configured: ConfiguredProvider }) {
  const { clientId, hasSecret, keys } = configured
  const { relay } = provider
  return (
    <li>
      <Logo provider={provider} />
      <div>
        <div class="named">
          <strong>{provider.name}</strong>
          <Practice provider={provider} />
        </div>
        {clientId && (
          <p class="muted">
            {say('clientId')} <code>{clientId}</code>
          </p>
        )}
        {relay && <p class="muted">{say('hasRelay', { host: relay.host })}</p>}
        {hasSecret && <p class="muted">{say('hasSecret')}</p>}
        {keys && keys.length > 0 && (
          <p class="muted">{say('hasKeys', { labels: enumerate(keys.map(({ label }) => label)) })}</p>
        )}
      </div>
    </li>
  )
}
