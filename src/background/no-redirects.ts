import { AppError } from '../shared/errors'

/** Not followed, as with 'error', but told apart from a network that is down (docs/decisions/0008). */
export const redirects: RequestRedirect = 'manual'

/** A token goes to the address that was checked and to no other. Throws `provider-rejected` (`redirected`). */
export function refuseRedirect({ type, status }: Response): void {
  if (type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304))
    throw new AppError('provider-rejected', 'redirected')
}
