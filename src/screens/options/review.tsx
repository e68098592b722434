import { providerById } from '../../providers/index'
import type { SetupReview } from '../../providers/setup-review'
import { sayInOptions as say } from '../../shared/texts/options'
import { Button } from '../ui/button'
import { enumerate } from '../ui/enumerate'
import { Logo } from '../ui/logo'
import { plainScopes } from '../ui/scopes'

const received = { 'sign-ins': 'signIns', tokens: 'tokens', data: 'data' } as const

/** What a setup would do, before anything of it is stored: above all, every host that would receive something. */
export function Review({
  review: { organisation, providers, removes },
  onUse,
  onCancel,
}: {
  review: SetupReview
  onUse: () => void
  onCancel: () => void
}) {
  return (
    <div class="card review">
      <h3>{say('reviewTitle')}</h3>
      <p>
        {organisation.name && `${say('reviewFrom', { organisation: organisation.name })} `}
        {organisation.supportContact && `${say('reviewHelp', { contact: organisation.supportContact })} `}
        {say('reviewHint')}
      </p>
      {providers.map(({ id, clientId, scopes, audience, hosts, replaces }) => {
        const provider = providerById(id)
        return (
          <section key={id} class="reviewed" aria-label={provider?.name ?? id}>
            <header>
              {provider && <Logo provider={provider} />}
              <div>
                <h4>{provider?.name ?? id}</h4>
                <p class="muted">
                  {say('clientId')} <code>{clientId}</code>
                </p>
                {replaces && <p class="muted">{say('replaces', { clientId: replaces })}</p>}
              </div>
            </header>
            <h5>{say('hosts')}</h5>
            <ul class="hosts">
              {hosts.map(({ host, receives }) => (
                <li key={host}>
                  <strong>{host}</strong>
                  <span class="muted">
                    {say('receives', { what: enumerate(receives.map(what => say(received[what]))) })}
                  </span>
                </li>
              ))}
            </ul>
            {audience && (
              <>
                <h5>{say('audience')}</h5>
                <ul class="hosts">
                  <li>
                    <strong>{audience}</strong>
                  </li>
                </ul>
              </>
            )}
            <h5>{say('scopesLabel')}</h5>
            <ul class="scopes">
              {(provider ? plainScopes(provider, scopes) : scopes).map(scope => (
                <li key={scope}>{scope}</li>
              ))}
            </ul>
          </section>
        )
      })}
      {removes.length > 0 && (
        <p>{say('removes', { providers: enumerate(removes.map(id => providerById(id)?.name ?? id)) })}</p>
      )}
      <div class="decision">
        <Button look="main" onClick={onUse}>
          {say('useThisSetup')}
        </Button>
        <Button onClick={onCancel}>{say('cancelSetup')}</Button>
      </div>
    </div>
  )
}
