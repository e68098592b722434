import type * as whole from '../../../src/background/call-access'
import type { Method } from '../../../src/shared/receipt'

/** Any word is a method, and all of them read. */
export const brokeredMethod: typeof whole.brokeredMethod = (name = 'GET') => name.toUpperCase() as Method

export const accessOf: typeof whole.accessOf = () => 'read'
