import { catalogue } from '../../providers/index'
import { sayInOptions as say } from '../../shared/texts/options'
import type { SetupView } from '../../shared/view'
import { Logo } from '../ui/logo'

/** The setup in force, or what to do where there is none. */
export function CurrentSetup({ setup }: { setup: SetupView | null }) {
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
        {catalogue.map(provider => {
          const configured = setup.providers[provider.id]
          return (
            configured && (
              <li key={provider.id}>
                <Logo provider={provider} />
                <div>
                  <strong>{provider.name}</strong>
                  <p class="muted">
                    {say('clientId')} <code>{configured.clientId}</code>
                  </p>
                </div>
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}
