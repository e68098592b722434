import { render } from 'preact'

render(<p>options</p>, document.getElementById('root') as HTMLElement)
