import { render } from 'preact'

render(<p>consent</p>, document.getElementById('root') as HTMLElement)
