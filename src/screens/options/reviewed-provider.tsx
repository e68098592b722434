import type { SetupReview } from '../../shared/setup-review'
import { sayInOptions as say, sayFlow } from '../../shared/texts/options'
import { enumerate } from '../ui/enumerate'
import { Logo } from '../ui/logo'
import { Practice } from '../ui/practice'
import { plainScopes } from '../ui/scopes'
import { Warning } from './warning'

const received = {
  'sign-ins': 'signIns',
  codes: 'codes',
  tokens: 'tokens',
  secrets: 'secrets',
  data: 'data',
} as const

/** One provider of a setup under review: above all, every host that would receive something. */
export function ReviewedProvider({
  provider,
  warnsOfRelay,
}: {
  provider: SetupReview['providers'][number]
  /** It is the first here with its relay. */
  warnsOfRelay: boolean
}) {
  const { name, clientId, flow, asks, audience, relay, keys, hasSecret, hosts, replaces, replacesHosts } =
    provider
  const { changes } = provider
  const scopes = plainScopes(provider, asks)
  const others = hosts.filter(({ host }) => host !== relay)
  return (
    <section class="reviewed" aria-label={name}>
      <header>
        <Logo provider={provider} />
        <div>
          <div class="named">
            <h4>{name}</h4>
            <Practice provider={provider} />
          </div>
          {clientId && (
            <p class="muted">
              {say('clientId')} <code>{clientId}</code>
            </p>
          )}
          {replaces && <p class="muted">{say('replaces', { clientId: replaces })}</p>}
        </div>
      </header>
      {relay && (
        <>
          <h5>{say('throughRelay')}</h5>
          <Hosts hosts={hosts.filter(({ host }) => host === relay)} />
          {warnsOfRelay && <Warning>{say('relayHint')}</Warning>}
        </>
      )}
      {others.length > 0 && (
        <>
          <h5>{say('hosts')}</h5>
          <Hosts hosts={others} />
        </>
      )}
      {replacesHosts.length > 0 && (
        <Warning>{say('replacesHosts', { hosts: enumerate(replacesHosts) })}</Warning>
      )}
      {changes > 0 && (
        <Warning>{changes === 1 ? say('changesOne') : say('changes', { count: changes })}</Warning>
      )}
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
      {provider.idToken && <p class="muted">{say('idToken')}</p>}
      {keys.length > 0 && (
        <>
          <h5>{say('keys')}</h5>
          <ul class="scopes">
            {keys.map(label => (
              <li key={label}>{label}</li>
            ))}
          </ul>
          {!relay && <p class="muted">{say('keysKept')}</p>}
        </>
      )}
      {hasSecret && <p class="muted">{say('secretKept')}</p>}
      <h5>{say('flow')}</h5>
      <p>{sayFlow(flow)}</p>
      {provider.allowImplicitRefresh && <Warning>{say('implicitRefresh')}</Warning>}
      {scopes.length > 0 && (
        <>
          <h5>{say('scopesLabel')}</h5>
          <ul class="scopes">
            {scopes.map(scope => (
              <li key={scope}>{scope}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function Hosts({ hosts }: Pick<SetupReview['providers'][number], 'hosts'>) {
  return (
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
  )
}
