/**
 * The port of a handshake, when a message is one: sent by this very window to itself, by the browser's word. A frame,
 * an opener or a page around this one has another `source`; an event that a script has made is not trusted.
 */
export function handshakePort(event: MessageEvent): MessagePort | undefined {
  if (!event.isTrusted || event.source !== window || event.origin !== origin) return undefined
  const { dealpass } = Object(event.data) as { dealpass?: unknown }
  return dealpass === 'connect' && event.ports.length === 1 ? event.ports[0] : undefined
}
