import { ask } from '../sdk/ask'
import { extensionRuntime } from '../sdk/extension'
import type { AppError } from '../shared/errors'
import { pageTexts } from '../shared/texts/page'
import css from './loader.css?inline'
import { shadowRoot } from './shadow'

const mark =
  'M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v3a2 2 0 0 0 0 4v3a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-3a2 2 0 0 0 0-4z'

const root = shadowRoot('open', css)
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
let frames: ShadowRoot | undefined
let isOpening = false

button.addEventListener('click', event => {
  // A page can make our button click, but only a person opens the panel.
  if (!event.isTrusted || isOpening) return
  if (shown) close()
  else void open()
})

function close(): void {
  shown?.remove()
  shown = undefined
  button.ariaExpanded = 'false'
}

async function open(): Promise<void> {
  isOpening = true
  try {
    const { ticket } = await ask('openPanel', {})
    const frame = document.createElement('iframe')
    frame.title = pageTexts.panel
    frame.src = `${extensionRuntime()?.getURL('src/screens/panel/index.html')}#${ticket}`
    frames ??= shadowRoot('closed', css)
    frames.append(frame)
    shown = frame
  } catch (error) {
    // Mostly an update that has cut this script off from its extension.
    const { code, message } = error as AppError
    const notice = document.createElement('p')
    notice.role = 'status'
    notice.textContent = code === 'not-installed' ? pageTexts.reload : message
    root.append(notice)
    shown = notice
  } finally {
    isOpening = false
  }
  button.ariaExpanded = 'true'
}
