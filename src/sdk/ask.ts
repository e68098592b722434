import { portTransport } from '../shared/port'
import { requester } from '../shared/request'
import { extensionWire } from './extension'

/** Asks the background from a content script of ours that is no widget and keeps nothing. */
export const ask = requester(portTransport(extensionWire).send)
