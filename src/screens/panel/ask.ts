import { browser } from '../../browser'
import { portTransport } from '../../shared/port'
import { requester } from '../../shared/request'

const transport = portTransport(({ message, end }) => {
  const port = browser.runtime.connect()
  port.onMessage.addListener(message)
  port.onDisconnect.addListener(end)
  return { post: sent => port.postMessage(sent) }
})

/** Asks the background over this panel's own port. */
export const ask = requester(transport.send)
