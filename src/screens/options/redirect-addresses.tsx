import { useSignal } from '@preact/signals'
import { browser } from '../../browser'
import { sayInOptions as say } from '../../shared/texts/options'
import type { ProviderView, View } from '../../shared/view'
import { Button } from '../ui/button'

/** The address that each provider has to send people back to, for the administrator to register. */
export function RedirectAddresses({ view }: { view: View }) {
  return (
    <div class="card">
      <h3>{say('redirectAddresses')}</h3>
      <p class="muted">{say('redirectHint')}</p>
      <ul class="addresses" aria-label={say('redirectAddresses')}>
        {view.providers
          .filter(({ isSignedInAt }) => isSignedInAt)
          .map(provider => (
            <Address key={provider.id} provider={provider} />
          ))}
      </ul>
    </div>
  )
}

function Address({ provider }: { provider: ProviderView }) {
  const outcome = useSignal('')
  const address = browser.identity.getRedirectURL(provider.id)
  const copy = () =>
    navigator.clipboard.writeText(address).then(
      () => {
        outcome.value = say('copied')
      },
      () => {
        outcome.value = say('notCopied')
      },
    )
  return (
    <li>
      <strong>{provider.name}</strong>
      <code>{address}</code>
      <Button name={say('copyName', { provider: provider.name })} onClick={copy}>
        {say('copy')}
      </Button>
      <span class="outcome small" role="status">
        {outcome.value}
      </span>
    </li>
  )
}
