import { ask } from '../sdk/ask'
import { extensionRuntime } from '../sdk/extension'
import type { AppError } from '../shared/errors'
import { pageTexts } from '../shared/texts/page'
import css from './loader.css?inline'
import { shadowRoots } from './shadow'

const mark =
  'M8 3h16a5 5 0 0 1 5 5v3.5a4.5 4.5 0 0 0 0 9V24a5 5 0 0 1-5 5H8a5 5 0 0 1-5-5v-3.5a4.5 4.5 0 0 0 0-9V8a5 5 0 0 1 5-5Zm2.5 13.5 4 4 7.5-8.5'

const shadowRoot = shadowRoots('button')
const root = shadowRoot('open', css)
const button = document.createElement('button')
button.ariaExpanded = 'false'
const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
svg.setAttribute('viewBox', '0 0 32 32')
svg.ariaHidden = 'true'
const path = document.createElementNS(svg.namespaceURI, 'path')
path.setAttribute('d', mark)
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
    shown = document.createElement('p')
    shown.role = 'status'
    shown.textContent = (error as AppError).message
    // Mostly an update that has cut this script off from its extension.
    if ((error as AppError).code === 'not-installed') {
      shown.textContent = `${pageTexts.updated} `
      const reload = document.createElement('button')
      reload.textContent = pageTexts.reload
      reload.addEventListener('click', () => location.reload())
      shown.append(reload)
    }
    root.append(shown)
  } finally {
    isOpening = false
  }
  button.ariaExpanded = 'true'
}
