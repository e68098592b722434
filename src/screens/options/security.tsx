import { sayInOptions as say } from '../../shared/texts/options'
import { type View, weakFlows } from '../../shared/view'
import { ask } from '../ui/ask'
import { send } from '../ui/connect'
import { Switch } from '../ui/switch'
import { PassphraseCard } from './passphrase-card'
import { RelayCard } from './relay-card'

/** What the user may allow beyond what is safe without thinking. */
export function Security({ view }: { view: View }) {
  const { setup, weakerFlows } = view
  const { flows } = setup?.rules ?? {}
  const isForbidden = flows !== undefined && !flows.some(flow => weakFlows.includes(flow))
  return (
    <>
      <PassphraseCard view={view} />
      <RelayCard view={view} />
      <div class="card security">
        <Switch
          isOn={view.keepsWarm}
          describedBy="keep-warm-hint"
          onChange={on => send(ask('keepWarm', { on }))}
        >
          {say('keepWarm')}
        </Switch>
        <p id="keep-warm-hint" class="muted">
          {say('keepWarmHint')}
        </p>
      </div>
      <div class="card security">
        <Switch
          isOn={weakerFlows && !isForbidden}
          isDisabled={isForbidden}
          describedBy="weaker-flows-hint"
          onChange={on => send(ask('weakerFlows', { on }))}
        >
          {say('weakerFlows')}
        </Switch>
        <p id="weaker-flows-hint" class="muted">
          {say('weakerFlowsHint')} {say(isForbidden ? 'weakerFlowsForbidden' : 'weakerFlowsOff')}
        </p>
      </div>
    </>
  )
}
