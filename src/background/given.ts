import type { ConnectionId } from '../shared/view'
import { changeTokens, type Given, session } from './session'

/** Remembers that a site was handed a token, so that it can be taken back while it lives. */
export async function noteGiven(given: Given): Promise<void> {
  const { tokens } = await session()
  const isSame = (known: Given) =>
    known.site === given.site && known.connection === given.connection && known.value === given.value
  if (tokens.given.some(isSame)) return
  await changeTokens(all => {
    all.given = [...all.given.filter(({ expiresAt }) => expiresAt > Date.now()), given]
  })
}

/** The living tokens of a connection that a site was handed, or any site. They are forgotten by this. */
export async function takeGiven(connection: ConnectionId, site?: string): Promise<Given[]> {
  const fits = (given: Given) => given.connection === connection && (!site || given.site === site)
  const taken = (await session()).tokens.given.filter(fits)
  if (taken.length > 0)
    await changeTokens(all => {
      all.given = all.given.filter(given => !fits(given))
    })
  return taken.filter(({ expiresAt }) => expiresAt > Date.now())
}
