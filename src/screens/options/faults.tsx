import type { SetupFault } from '../../shared/setup-fault'
import { sayInOptions as say } from '../../shared/texts/options'
import { Notice } from '../ui/notice'

/** Everything that is wrong with a setup, each by its path in the file. */
export function Faults({ faults }: { faults: SetupFault[] }) {
  return (
    <Notice tone="attention">
      <h3>{say('faultsTitle')}</h3>
      <p>{say('faultsHint')}</p>
      <ul class="faults">
        {faults.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            {path === '' ? message : <code>{path}</code>} {path === '' ? '' : message}
          </li>
        ))}
      </ul>
    </Notice>
  )
}
