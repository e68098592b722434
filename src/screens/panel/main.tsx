import { render } from 'preact'
import { ask } from '../ui/ask'
import { watchView } from '../ui/use-view'
import { entry } from './entry'
import { watchAddress } from './page-address'
import { Panel } from './panel'
import { holdPortWhileAsked } from './presence'

const ticket = location.hash.slice(1)
// The ticket is spent by the next line; what stays in the address would only look as if it opened something.
history.replaceState(null, '', location.pathname)

render(<Panel />, document.getElementById('root') as HTMLElement)

async function enter() {
  const { site } = await ask('enter', { ticket })
  await Promise.all([
    // `enter` has woken the worker.
    watchView(async () => {}),
    // Without the page's address the panel shows what belongs to no page.
    watchAddress().catch(() => {}),
  ])
  entry.value = { site }
  holdPortWhileAsked(site)
}
enter().catch(() => {
  entry.value = 'refused'
})
