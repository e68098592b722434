import { useSignal } from '@preact/signals'
import { browser } from '../../browser'
import { limits } from '../../shared/limits'
import { sayOfPassphrase as say } from '../../shared/texts/lock'
import type { View } from '../../shared/view'
import { ask, explain } from '../ui/ask'
import { Button } from '../ui/button'
import { send } from '../ui/connect'
import { Icon } from '../ui/icon'
import { Passphrase } from '../ui/passphrase'
import { Unlock } from '../ui/unlock'

type Field = 'current' | 'fresh' | 'again'
type Said = { at?: Field; text: string }

/** Sets the passphrase that the vault opens with, changes it, takes it away. It says what a forgotten one costs before. */
export function PassphraseCard({ view: { lock, setup } }: { view: View }) {
  const said = useSignal<Said | undefined>(undefined)
  const rule = setup?.rules.passphrase ?? 'optional'
  const minutes = setup?.rules.lockAfterMinutes ?? limits.lockAfterMinutes
  if (lock === 'locked')
    return (
      <div class="card passphrase-card">
        <Unlock />
      </div>
    )
  const isSet = lock === 'open'
  const canSet = isSet || rule !== 'off'
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const input = (name: Field) => form.elements.namedItem(name) as HTMLInputElement | null
    const [current, fresh, again] = [input('current'), input('fresh'), input('again')].map(
      one => one?.value ?? '',
    )
    const isRemoval = (event.submitter as HTMLButtonElement | null)?.value === 'remove'
    said.value = undefined
    if (!isRemoval && fresh !== again) {
      said.value = { at: 'again', text: say('different') }
      return input('again')?.focus()
    }
    // Without it the time without use is that of our own screens. The browser asks nothing, and wants the click.
    if (!isRemoval) browser.permissions.request({ permissions: ['idle'] }).catch(() => false)
    const request = isRemoval
      ? ask('removePassphrase', { current: current ?? '' })
      : ask('setPassphrase', { passphrase: fresh ?? '', ...(current ? { current } : {}) })
    await request.then(
      () => {
        form.reset()
        said.value = { text: say('done') }
      },
      (error: unknown) => {
        const text = explain(error)
        said.value = { at: isRemoval || isWrong(error) ? 'current' : 'fresh', text }
        input(said.value.at ?? 'fresh')?.focus()
      },
    )
  }
  const faultOf = (field: Field) => (said.value?.at === field ? said.value.text : undefined)
  return (
    <div class="card passphrase-card">
      <h3>{say('title')}</h3>
      <p>{isSet ? say('on') : say('off')}</p>
      {rule !== 'optional' && <p>{say(rule === 'required' ? 'required' : 'forbidden')}</p>}
      {canSet && <p class="muted">{say('hint', { minutes: String(minutes) })}</p>}
      {canSet && (
        <form noValidate onSubmit={submit}>
          {isSet && <Passphrase name="current" label={say('current')} fault={faultOf('current')} />}
          <p class="warning">
            <Icon name="attention" />
            <span>{say('warning')}</span>
          </p>
          <Passphrase name="fresh" label={say('fresh')} hint={say('freshHint')} fault={faultOf('fresh')} />
          <Passphrase name="again" label={say('again')} fault={faultOf('again')} />
          <div class="buttons">
            <button type="submit" class="button main">
              {say(isSet ? 'change' : 'set')}
            </button>
            {isSet && rule !== 'required' && (
              <button type="submit" class="button" value="remove">
                {say('remove')}
              </button>
            )}
            {isSet && <Button onClick={() => send(ask('lock', {}))}>{say('lockNow')}</Button>}
          </div>
          <p class="small" role="status">
            {said.value && !said.value.at && said.value.text}
          </p>
        </form>
      )}
    </div>
  )
}

function isWrong(error: unknown): boolean {
  return (error as { reason?: unknown }).reason === 'wrong-passphrase'
}
