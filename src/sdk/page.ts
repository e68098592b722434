import { AppError } from '../shared/errors'
import { pageLimits } from '../shared/limits'
import type { OpenWire } from '../shared/port'
import { notHere } from './dealpass'

let wasThere = false

/**
 * The wire of a script on a page: a channel whose other end goes to the bridge, a script of ours beside the page. There
 * is nothing to find on a page before this asks. Rejects with `not-installed` after 1.5 s without an answer; with the
 * reason `updated` where there was one before.
 */
export const pageWire: OpenWire = ({ message, end }) =>
  new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel()
    const timer = setTimeout(() => {
      port1.close()
      const updated = 'Dealpass was updated. Reload this page.'
      reject(wasThere ? new AppError('not-installed', 'updated', { message: updated }) : notHere())
    }, pageLimits.installed)
    port1.onmessage = ({ data }) => {
      if (data === 'installed') {
        clearTimeout(timer)
        wasThere = true
        resolve({ post: sent => port1.postMessage(sent) })
      } else if (data === 'end') end()
      else message(data)
    }
    postMessage({ dealpass: 'connect' }, origin, [port2])
  })
