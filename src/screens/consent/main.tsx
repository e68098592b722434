import { render } from 'preact'
import { ask } from '../ui/ask'
import { watchPermissions } from '../ui/connect'
import { keepFocus } from '../ui/keep-focus'
import { watchView } from '../ui/use-view'
import { Consent } from './consent'

const root = document.getElementById('root') as HTMLElement
const id = new URLSearchParams(location.search).get('consent') ?? ''
render(<Consent id={id} />, root)
keepFocus(root)
void watchView(() => ask('hello', {})).catch(() => window.close())
// What is asked for may have to be connected first.
watchPermissions()
