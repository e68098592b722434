import { browser } from '../../browser'
import { sayInOptions as say } from '../../shared/texts/options'
import type { View } from '../../shared/view'
import { CopyItem } from './copy-item'

/** The address that each provider has to send people back to, for the administrator to register. */
export function RedirectAddresses({ view }: { view: View }) {
  return (
    <div class="card">
      <h3>{say('redirectAddresses')}</h3>
      <p class="muted">{say('redirectHint')}</p>
      <ul class="addresses" aria-label={say('redirectAddresses')}>
        {view.providers
          .filter(({ isSignedInAt }) => isSignedInAt)
          .map(({ id, name }) => (
            <CopyItem
              key={id}
              title={name}
              text={browser.identity.getRedirectURL(id)}
              name={say('copyName', { provider: name })}
            />
          ))}
      </ul>
    </div>
  )
}
