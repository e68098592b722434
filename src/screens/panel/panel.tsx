import { useSignal } from '@preact/signals'
import { sayInPanel as say } from '../../shared/texts/panel'
import { say as sayEverywhere } from '../../shared/texts/screens'
import type { ConnectionId, ProviderId, View } from '../../shared/view'
import { explain } from '../ui/ask'
import { connectionName } from '../ui/connection'
import { Icon } from '../ui/icon'
import { Logo } from '../ui/logo'
import { Mark } from '../ui/mark'
import { Notice } from '../ui/notice'
import { Practice } from '../ui/practice'
import { view } from '../ui/use-view'
import { ask } from './ask'
import { Block } from './block'
import { blocks } from './blocks/index'
import { entry } from './entry'
import { pageAddress } from './page-address'
import { contextOf, panelState, type Shown } from './panel-state'

/** The panel on a CRM page: what the connected providers know about where the user is. */
export function Panel() {
  return (
    <main>
      <section aria-label={say('panelName')}>{entry.value === 'refused' ? <Refused /> : <Entered />}</section>
    </main>
  )
}

function Refused() {
  return <p class="alone">{say('notByDealpass')}</p>
}

function Entered() {
  if (entry.value === undefined || entry.value === 'refused' || !view.value)
    return <p class="alone muted">{say('loading')}</p>
  return <Known view={view.value} holder={entry.value} />
}

function Known({ view, holder }: { view: View; holder: { site: string; page: string } }) {
  const chosen = useSignal<Record<ProviderId, ConnectionId>>({})
  const { permitted, unpermitted, isAsked } = panelState(view, holder, Object.keys(blocks), chosen.value)
  const { host } = new URL(holder.site)
  const address = pageAddress.value
  return (
    <>
      <header>
        <Mark />
        <h1>{sayEverywhere('dealpass')}</h1>
        <span class="small muted">{host}</span>
      </header>
      {view.stopped && <Message title={say('panelStopped')} hint={say('panelStoppedHint')} />}
      {view.lock === 'locked' && <Message title={say('panelLocked')} hint={say('panelLockedHint')} />}
      {!view.stopped && view.lock !== 'locked' && (
        <>
          {permitted.length + unpermitted.length === 0 && (
            <Message title={say('nothingConnected')} hint={say('nothingConnectedHint')} />
          )}
          {unpermitted.length > 0 &&
            (isAsked ? (
              <Message title={say('answerInWindow')} hint={say('answerInWindowHint', { site: host })} />
            ) : (
              <AskForPermit host={host} unpermitted={unpermitted} />
            ))}
          {permitted.map(shown => (
            <Block
              key={shown.provider.id}
              shown={shown}
              address={address}
              isSubjectComing={permitted.some(({ provider }) => contextOf(provider.id, address))}
              onChoose={connection => {
                chosen.value = { ...chosen.value, [shown.provider.id]: connection }
              }}
            />
          ))}
        </>
      )}
    </>
  )
}

function AskForPermit({ host, unpermitted }: { host: string; unpermitted: Shown[] }) {
  const refusal = useSignal('')
  const onClick = (event: MouseEvent) => {
    if (!event.isTrusted) return
    refusal.value = ''
    ask('askConsent', {}).catch((error: unknown) => {
      refusal.value = explain(error)
    })
  }
  return (
    <div class="card ask">
      <h2>
        <Icon name="locked" />
        {say('allowTitle')}
      </h2>
      <p class="muted">{say('allowHint', { site: host })}</p>
      <ul>
        {unpermitted.map(({ provider, connection }) => (
          <li key={connection.id} class="named">
            <Logo provider={provider} />
            {connectionName(provider, connection)}
            <Practice provider={provider} />
          </li>
        ))}
      </ul>
      <button type="button" class="button main" onClick={onClick}>
        {say('allowOnThisPage')}
      </button>
      {refusal.value && <Notice tone="attention">{refusal.value}</Notice>}
    </div>
  )
}

function Message({ title, hint }: { title: string; hint: string }) {
  return (
    <div class="card message" role="status">
      <h2>{title}</h2>
      <p class="muted">{hint}</p>
    </div>
  )
}
