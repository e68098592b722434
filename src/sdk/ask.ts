import { requester } from '../shared/request'
import { extensionRuntime } from './extension'

/** Asks the background from a content script; `not-installed` where there is no extension, or no longer. */
export const ask = requester(message => {
  const runtime = extensionRuntime()
  return runtime ? runtime.sendMessage(message) : Promise.reject(new Error('no extension'))
})
