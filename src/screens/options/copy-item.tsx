import { useSignal } from '@preact/signals'
import { sayInOptions as say } from '../../shared/texts/options'
import { Button } from '../ui/button'

/** A text that an administrator needs exactly as it stands, with a button that copies it. */
export function CopyItem({ title, text, name }: { title: string; text: string; name: string }) {
  const outcome = useSignal('')
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => {
        outcome.value = say('copied')
      },
      () => {
        outcome.value = say('notCopied')
      },
    )
  return (
    <li>
      <strong>{title}</strong>
      <code>{text}</code>
      <Button name={name} onClick={copy}>
        {say('copy')}
      </Button>
      <span class="outcome small" role="status">
        {outcome.value}
      </span>
    </li>
  )
}
