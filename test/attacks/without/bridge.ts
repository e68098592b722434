import { handshakePort } from '../../../src/content/handshake'
import { extensionWire } from '../../../src/sdk/extension'
import type { Wire } from '../../../src/shared/port'

// Says that it is here before anybody asks, and passes on whatever a page names.
document.documentElement.dataset.dealpass = ''

addEventListener('message', async event => {
  const port = handshakePort(event)
  if (!port) return
  const wire: Wire = await extensionWire({ message: sent => port.postMessage(sent), end: () => port.close() })
  port.onmessage = ({ data }) => wire.post(data)
  port.postMessage('installed')
})
