import { dealpassOver } from './dealpass'
import { extensionWire } from './extension'

/** The SDK for widgets that are content scripts of the extension itself. */
export const dealpass = dealpassOver(extensionWire)
