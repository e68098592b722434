import { render } from 'preact'
import { ask } from '../ui/ask'
import { watchView } from '../ui/use-view'
import { Consent } from './consent'

const id = new URLSearchParams(location.search).get('consent') ?? ''
render(<Consent id={id} />, document.getElementById('root') as HTMLElement)
void watchView(() => ask('hello', {})).catch(() => window.close())
