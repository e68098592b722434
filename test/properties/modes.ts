import { json } from '../fakes/server'

/** What a token endpoint does with a request. `lost` and `garbled` do what was asked, and the answer is of no use. */
export const modes = [
  'well',
  'refuses',
  'down',
  'lost',
  'fails',
  'busy',
  'nonsense',
  'garbled',
  'client-refused',
] as const
export type Mode = (typeof modes)[number]

/** What an answer says: a token, a refusal of the refresh token, nothing, no sense, or that it does not know the app. */
export type Outcome = 'ok' | 'refused' | 'unanswered' | 'nonsense' | 'client-refused'

/** An answer that brings nothing, or none at all. */
export function useless(mode: Mode): Response {
  switch (mode) {
    case 'fails':
      return new Response('<h1>Oops</h1>', { status: 500 })
    case 'busy':
      return json({ error: 'slow_down' }, { status: 429, headers: { 'retry-after': '40' } })
    case 'nonsense':
    case 'garbled':
      return json({ access_token: 7 })
    case 'client-refused':
      return json({ error: 'invalid_client' }, { status: 401 })
    default:
      throw new TypeError('Failed to fetch')
  }
}
