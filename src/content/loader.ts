import { ask } from '../sdk/ask'
import { extensionRuntime } from '../sdk/extension'
import { pageTexts } from '../shared/texts/page'
import css from './loader.css?inline'
import { shadowHost } from './shadow'

const mark =
  'M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v3a2 2 0 0 0 0 4v3a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-3a2 2 0 0 0 0-4z'

const { root } = shadowHost(css)
const button = document.createElement('button')
button.type = 'button'
button.ariaExpanded = 'false'
const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
svg.setAttribute('viewBox', '0 0 24 24')
svg.setAttribute('aria-hidden', 'true')
const path = document.createElementNS(svg.namespaceURI, 'path')
path.setAttribute('d', mark)
path.setAttribute('fill', 'none')
path.setAttribute('stroke', 'currentColor')
path.setAttribute('stroke-width', '2')
svg.append(path)
button.append(svg, pageTexts.name)
root.append(button)

let shown: HTMLElement | undefined

button.addEventListener('click', event => {
  // A page can make our button click, but only a person opens the panel.
  if (!event.isTrusted) return
  if (shown) close()
  else void open()
})

function close(): void {
  shown?.remove()
  shown = undefined
  button.ariaExpanded = 'false'
}

async function open(): Promise<void> {
  const runtime = extensionRuntime()
  button.disabled = true
  try {
    const { ticket } = await ask('openPanel', {})
    const frame = document.createElement('iframe')
    frame.title = pageTexts.panel
    frame.src = `${runtime?.getURL('src/screens/panel/index.html')}#${ticket}`
    shown = frame
  } catch {
    // The one thing that fails here is the extension itself: an update has cut this script off.
    const notice = document.createElement('p')
    notice.role = 'status'
    notice.textContent = pageTexts.reload
    shown = notice
  } finally {
    button.disabled = false
  }
  root.append(shown)
  button.ariaExpanded = 'true'
}
