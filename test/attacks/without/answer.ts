import * as oauth from 'oauth4webapi'
import type * as whole from '../../../src/oauth/authorization'

export * from '../../../src/oauth/authorization'

/** Takes any answer for the one that was waited for. */
export const checkAnswer: typeof whole.checkAnswer = ({ server, registration }, _, redirectedTo) => {
  const { hash, search } = new URL(redirectedTo)
  const given = new URLSearchParams(hash.slice(1) || search)
  for (const name of ['state', 'iss']) given.delete(name)
  return {
    at: Date.now(),
    parameters: oauth.validateAuthResponse(server, registration, given, oauth.expectNoState),
  }
}
