import type { ConnectionView, View } from './view'

const day = 24 * 60 * 60_000

/**
 * Connections that a person has to see to: now, or within the next day, because the login itself ends (a refresh token
 * that nobody uses, a key with an end). `now` is milliseconds since the epoch.
 */
export function needsPerson(
  { connections }: Pick<View, 'connections'>,
  now: number,
): { now: ConnectionView[]; soon: ConnectionView[] } {
  return {
    now: connections.filter(
      ({ status, fault }) => status === 'needs-attention' && fault?.code === 'reconnect-required',
    ),
    soon: connections.filter(
      ({ status, loginEndsAt }) =>
        status === 'connected' && loginEndsAt !== undefined && loginEndsAt - now < day,
    ),
  }
}

/** When the forecast of a connection begins, milliseconds since the epoch; undefined where its login has no known end. */
export function forecastFrom({ loginEndsAt }: ConnectionView): number | undefined {
  return loginEndsAt === undefined ? undefined : loginEndsAt - day
}
