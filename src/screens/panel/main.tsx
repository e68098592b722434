import { render } from 'preact'
import { ask } from './ask'
import { entry } from './entry'
import { Panel } from './panel'
import { holdPortWhileAsked } from './presence'
import { watchSurroundings } from './surroundings'

const ticket = location.hash.slice(1)
// The ticket is spent by the next line; what stays in the address would only look as if it opened something.
history.replaceState(null, '', location.pathname)

render(<Panel />, document.getElementById('root') as HTMLElement)

async function enter() {
  const entered = await ask('enter', { ticket })
  await watchSurroundings()
  entry.value = entered
  holdPortWhileAsked(entered.site)
}
enter().catch(() => {
  entry.value = 'refused'
})
