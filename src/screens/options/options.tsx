import { useEffect } from 'preact/hooks'
import { sayInActivity } from '../../shared/texts/activity'
import { sayInOptions as say } from '../../shared/texts/options'
import { say as sayEverywhere } from '../../shared/texts/screens'
import { refusal } from '../ui/connect'
import { Mark } from '../ui/mark'
import { Notice } from '../ui/notice'
import { view } from '../ui/use-view'
import { Activity } from './activity'
import { Connections } from './connections'
import { OtherWays } from './other-ways'
import { RedirectAddresses } from './redirect-addresses'
import { Security } from './security'
import { Setup } from './setup'
import { Sites } from './sites'

const sections = [
  ['setup', say('setup')],
  ['connections', say('connections')],
  ['sites', say('sites')],
  ['activity', sayInActivity('activity')],
  ['security', say('security')],
] as const

/** The options: setup, connections, what sites may do with them and did, and what is off until it is switched on. Before the view is known, its frame. */
export function Options() {
  const known = view.value
  const isKnown = known !== undefined
  useEffect(() => {
    // The browser looked for the section of the address before it was there.
    if (isKnown) document.getElementById(location.hash.slice(1))?.scrollIntoView()
  }, [isKnown])
  return (
    <div class="frame">
      <header>
        <h1 class="wordmark" aria-label={say('optionsTitle')}>
          <Mark />
          <span>{sayEverywhere('dealpass')}</span>
        </h1>
        <nav aria-label={say('sections')}>
          <ul>
            {sections.map(([id, title]) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main>
        {refusal.value && <Notice tone="attention">{refusal.value}</Notice>}
        {known && (
          <>
            <section id="setup" aria-labelledby="setup-title">
              <h2 id="setup-title">{say('setup')}</h2>
              <p class="muted">{say('setupHint')}</p>
              <Setup view={known} />
              <RedirectAddresses view={known} />
            </section>
            <section id="connections" aria-labelledby="connections-title">
              <h2 id="connections-title">{say('connections')}</h2>
              <p class="muted">{say('connectionsHint')}</p>
              <Connections view={known} />
              <OtherWays view={known} />
            </section>
            <section id="sites" aria-labelledby="sites-title">
              <h2 id="sites-title">{say('sites')}</h2>
              <p class="muted">{say('sitesHint')}</p>
              <Sites view={known} />
            </section>
            <section id="activity" aria-labelledby="activity-title">
              <h2 id="activity-title">{sayInActivity('activity')}</h2>
              <p class="muted">{sayInActivity('activityHint')}</p>
              <Activity view={known} />
            </section>
            <section id="security" aria-labelledby="security-title">
              <h2 id="security-title">{say('security')}</h2>
              <p class="muted">{say('securityHint')}</p>
              <Security view={known} />
            </section>
          </>
        )}
      </main>
    </div>
  )
}
