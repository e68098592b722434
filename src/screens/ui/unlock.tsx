import { useSignal } from '@preact/signals'
import { sayOfLock as say } from '../../shared/texts/lock'
import { ask, explain } from './ask'
import { Button } from './button'
import { Icon } from './icon'
import { Passphrase } from './passphrase'

/** Where the vault is locked: takes the passphrase, or, where that is forgotten, makes a new beginning. */
export function Unlock() {
  const fault = useSignal<string | undefined>(undefined)
  const isBusy = useSignal(false)
  const isAsked = useSignal(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (isBusy.value) return
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem(
      'passphrase',
    ) as HTMLInputElement
    const passphrase = input.value
    if (!passphrase) return input.focus()
    isBusy.value = true
    fault.value = undefined
    ask('unlock', { passphrase })
      .catch((error: unknown) => {
        fault.value = explain(error)
        input.value = ''
        input.focus()
      })
      .finally(() => {
        isBusy.value = false
      })
  }
  return (
    <section class="unlock" aria-labelledby="unlock-title">
      <h2 id="unlock-title">
        <Icon name="locked" />
        {say('lockedTitle')}
      </h2>
      <p class="muted">{say('lockedHint')}</p>
      <form onSubmit={submit}>
        <Passphrase name="passphrase" label={say('passphrase')} fault={fault.value} hasFocus />
        <button type="submit" class="button main" aria-disabled={isBusy.value}>
          {say(isBusy.value ? 'unlocking' : 'unlock')}
        </button>
      </form>
      <details>
        <summary class="small">{say('forgotten')}</summary>
        <p class="small muted">{say('forgottenHint')}</p>
        <Button
          look="danger"
          onClick={() => {
            if (isAsked.value)
              ask('startAnew', {}).catch((error: unknown) => {
                fault.value = explain(error)
              })
            isAsked.value = !isAsked.value
          }}
        >
          {say(isAsked.value ? 'reallyStartAnew' : 'startAnew')}
        </Button>
      </details>
    </section>
  )
}
