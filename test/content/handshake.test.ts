import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { handshakePort } from '../../src/content/handshake'
import { type Arrival, FakeWindow } from '../fakes/window'

const site = 'https://crm.example'

let page: FakeWindow
let ports: MessagePort[]

beforeEach(() => {
  page = new FakeWindow(site)
  const { port1, port2 } = new MessageChannel()
  ports = [port1, port2]
})

afterEach(() => {
  for (const port of ports) port.close()
})

/** What a message comes to. */
function portOf(arrival: Arrival): MessagePort | undefined {
  let port: MessagePort | undefined
  page.listeners.add(event => {
    port = handshakePort(event)
  })
  page.hear({ ports: ports.slice(0, 1), ...arrival })
  return port
}

describe('handshakePort', () => {
  it('is the one that the page sends to itself', () => {
    expect(portOf({})).toBe(ports[0])
    expect(portOf({ data: { dealpass: 'connect', more: 1 } })).toBe(ports[0])
  })

  it.each<[string, () => Arrival]>([
    ['an event that a script has made', () => ({ isTrusted: false })],
    ['a frame, an opener or a page around', () => ({ source: new FakeWindow(site) })],
    ['nobody', () => ({ source: null })],
    ['another origin', () => ({ origin: 'https://evil.example' })],
    ['another origin that begins like ours', () => ({ origin: `${site}.evil.example` })],
    ['a sandboxed document', () => ({ origin: 'null' })],
    ['nowhere', () => ({ origin: '' })],
    ['a message without a port', () => ({ ports: [] })],
    ['a message with two', () => ({ ports })],
    ['a message without data', () => ({ data: undefined })],
    ['null', () => ({ data: null })],
    ['a word', () => ({ data: 'connect' })],
    ['another word', () => ({ data: { dealpass: 'installed' } })],
    ['a word within another', () => ({ data: { dealpass: ['connect'] } })],
    ['somebody else’s', () => ({ data: { type: 'connect' } })],
  ])('is none of %s', (_, arrival) => {
    const given = arrival()
    // Making another window has taken the place of the globals.
    page = new FakeWindow(site)
    expect(portOf(given)).toBeUndefined()
  })

  it('is none of a sandboxed document’s own, whose origin is none', () => {
    page = new FakeWindow('null')
    expect(portOf({ origin: site })).toBeUndefined()
  })
})
