import { render } from 'preact'
import { ask, explain } from '../ui/ask'
import { refusal, watchPermissions } from '../ui/connect'
import { keepFocus } from '../ui/keep-focus'
import { watchView } from '../ui/use-view'
import { Popup } from './popup'

const root = document.getElementById('root') as HTMLElement
render(<Popup />, root)
keepFocus(root)
watchView(() => ask('hello', {})).catch((error: unknown) => {
  refusal.value = explain(error)
})
watchPermissions()
