import type { Life } from '../fakes/event'
import type { Outcome } from './modes'

/** One use of a refresh token, as the server saw it. */
export type Use = {
  life: Life
  at: number
  host: string
  user: string
  refreshToken: string
  /** The scope set that was asked for; '' for all. */
  asked: string
  outcome?: Outcome
  accessToken?: string
  /** The refresh token of the answer. */
  next?: string
  /** When its answer came, or nobody waited for it any more. */
  endedAt: number
  /** The server has done it, whether or not its answer arrived. */
  isDone: boolean
  /** It was refused because it had been used before. */
  isReuse: boolean
  /** It says when it wants to be asked again. */
  namesTime: boolean
  isOver: boolean
}
