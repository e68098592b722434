import type { SetupReview } from '../../shared/setup-review'
import { sayInOptions as say } from '../../shared/texts/options'
import { Button } from '../ui/button'
import { enumerate } from '../ui/enumerate'
import { ProposedSiteItem } from './proposed-site'
import { ReviewedProvider } from './reviewed-provider'
import { RuleList } from './rule-list'
import { Warning } from './warning'

/** What a setup would do, before anything of it is stored: providers first, then what it takes away and proposes. */
export function Review({
  review: { organisation, providers, removes, forgets, newSecrets, sites, rules },
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
      {providers.map((provider, index) => (
        <ReviewedProvider
          key={provider.id}
          provider={provider}
          // Said again at each, it would not be read.
          warnsOfRelay={providers.findIndex(({ relay }) => relay === provider.relay) === index}
        />
      ))}
      {removes.length > 0 && <p>{say('removes', { providers: enumerate(removes) })}</p>}
      {forgets.length > 0 && (
        <Warning>
          {say('forgets', {
            keys: enumerate(forgets.map(({ provider, label }) => say('keyOf', { provider, label }))),
          })}
        </Warning>
      )}
      {newSecrets.length > 0 && (
        <Warning>
          {say('newSecrets', {
            keys: enumerate(newSecrets.map(({ provider, label }) => say('keyOf', { provider, label }))),
          })}
        </Warning>
      )}
      {sites.length > 0 && (
        <>
          <h5>{say('proposedSites')}</h5>
          <p class="muted">{say('proposedSitesHint')}</p>
          <ul class="proposed">
            {sites.map(site => (
              <ProposedSiteItem
                key={`${site.origin} ${site.provider}`}
                site={site}
                name={site.name}
                words={site.words}
              />
            ))}
          </ul>
        </>
      )}
      <RuleList rules={rules} />
      <div class="decision">
        <Button look="main" onClick={onUse}>
          {say('useThisSetup')}
        </Button>
        <Button onClick={onCancel}>{say('cancelSetup')}</Button>
      </div>
    </div>
  )
}
