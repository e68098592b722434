import { browser } from '../../browser'
import { forecastFrom } from '../../shared/forecast'
import { sayOfLock } from '../../shared/texts/lock'
import { sayInPopup as say } from '../../shared/texts/popup'
import { say as sayEverywhere } from '../../shared/texts/screens'
import type { View } from '../../shared/view'
import { ask } from '../ui/ask'
import { Button } from '../ui/button'
import { refusal, send } from '../ui/connect'
import { Icon } from '../ui/icon'
import { Mark } from '../ui/mark'
import { Notice } from '../ui/notice'
import { Switch } from '../ui/switch'
import { Unlock } from '../ui/unlock'
import { useClock } from '../ui/use-clock'
import { view } from '../ui/use-view'
import { Forecast } from './forecast'
import { openOptionsAt } from './open-options'
import { PageItem } from './page-item'
import { RowItem } from './row-item'
import { rowsOf } from './rows'

/** The popup: what is connected as whom, and the switch that stops everything. Before the view is known, its frame. */
export function Popup() {
  const known = view.value
  return (
    <>
      <header class="bar">
        <h1 class="wordmark">
          <Mark />
          {sayEverywhere('dealpass')}
        </h1>
        <Switch isOn={known?.stopped ?? false} onChange={on => send(ask('stop', { on }))}>
          {say('stopEverything')}
        </Switch>
        {known?.lock === 'open' && (
          <button
            type="button"
            class="icon-button"
            aria-label={sayOfLock('lock')}
            title={sayOfLock('lock')}
            onClick={() => send(ask('lock', {}))}
          >
            <Icon name="locked" />
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          aria-label={say('options')}
          title={say('options')}
          onClick={openOptions}
        >
          <Icon name="options" />
        </button>
      </header>
      <main>
        {refusal.value && <Notice tone="attention">{refusal.value}</Notice>}
        {known && <Known view={known} />}
      </main>
      {known && <PageItem view={known} />}
    </>
  )
}

function Known({ view }: { view: View }) {
  const { setup, stopped, lock, connections, departures } = view
  const now = useClock([
    ...connections.map(({ undoUntil }) => undoUntil),
    ...departures.map(({ tokensUntil }) => tokensUntil),
    ...connections.map(forecastFrom),
  ])
  const rows = rowsOf(view, now)
  return (
    <>
      {stopped && <Notice tone="attention">{say('stoppedNotice')}</Notice>}
      {lock === 'locked' && <Unlock />}
      <Forecast view={view} now={now} />
      {!setup && (
        <section class="empty">
          <h2>{say('noSetupTitle')}</h2>
          <p>{say('noSetupHint')}</p>
          <Button
            look={connections.length > 0 ? 'plain' : 'main'}
            icon="file"
            onClick={() => openOptionsAt('setup')}
          >
            {say('importSetup')}
          </Button>
        </section>
      )}
      <ul class="rows" aria-label={say('providers')}>
        {rows.map((row, index) => (
          <RowItem
            key={row.key}
            row={row}
            view={view}
            isFirst={rows[index - 1]?.provider !== row.provider}
            isLast={rows[index + 1]?.provider !== row.provider}
          />
        ))}
      </ul>
      {setup && <Organisation {...setup.organisation} />}
    </>
  )
}

function Organisation({ name, supportContact }: { name?: string; supportContact?: string }) {
  return (
    <footer class="small muted">
      {name && <span>{say('setUpBy', { organisation: name })}</span>}
      {supportContact && <span>{say('help', { contact: supportContact })}</span>}
    </footer>
  )
}

async function openOptions() {
  await browser.runtime.openOptionsPage()
  window.close()
}
