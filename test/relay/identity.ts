import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'

type Keys = Awaited<ReturnType<typeof generateKeyPair>>

/** A company's identity provider as a relay sees it: an address with keys, and access tokens signed by one of them. */
export type Identity = {
  issuer: string
  jwks: string
  audience: string
  /** An access token; what is given replaces what is usual (`undefined` leaves it out). */
  token(claims?: JWTPayload, header?: Partial<JWTHeaderParameters>, key?: CryptoKey): Promise<string>
  /** Its public key, as everybody may have it. */
  publicJwk: JsonWebKey
  /** How often the keys were fetched. */
  fetches(): number
  /** Answers with this status from now on; 200 again serves the keys. */
  answerWith(status: number): void
  stop(): Promise<void>
}

/** Starts an identity provider on loopback. */
export async function startIdentity(audience: string): Promise<Identity> {
  const pair: Keys = await generateKeyPair('RS256', { extractable: true })
  const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  let count = 0
  let status = 200
  const server = createServer((_request, response) => {
    count += 1
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(status === 200 ? JSON.stringify({ keys: [publicJwk] }) : '<h1>Sorry</h1>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    issuer,
    jwks: `${issuer}keys`,
    audience,
    publicJwk: publicJwk as JsonWebKey,
    token: (claims = {}, header = {}, key = pair.privateKey) => {
      const now = Math.floor(Date.now() / 1000)
      const usual = {
        iss: issuer,
        aud: audience,
        sub: 'mia',
        iat: now,
        exp: now + 600,
        client_id: 'dealpass',
      }
      const all = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined)
      return new SignJWT(Object.fromEntries(all))
        .setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'at+jwt', ...header })
        .sign(key)
    },
    fetches: () => count,
    answerWith: wanted => {
      status = wanted
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
