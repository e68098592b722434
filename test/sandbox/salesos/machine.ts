import { randomUUID } from 'node:crypto'
import type { JwtKey } from '../jwt'
import { signJwt } from '../jwt'
import { SALESOS_AUDIENCE } from '../setup'
import type { SalesosClient } from './clients'
import type { SalesosSwitches } from './salesos'

type MachineAnswer = { status: number; body: Record<string, unknown> }

const refuse = (error_description: string): MachineAnswer => ({
  status: 403,
  body: { error: 'access_denied', error_description },
})

/**
 * Answers a request of the client credentials flow ("Option 1"), from an app whose secret was right: a JWT for the API
 * with Auth0's claims, and no refresh token. Its refusals are those that users of Auth0's libraries have reported.
 */
export function answerMachine(
  client: SalesosClient,
  form: URLSearchParams,
  issuer: string,
  key: JwtKey,
  switches: SalesosSwitches,
): MachineAnswer {
  const audience = form.get('audience')
  if (!audience) return refuse('Non-global clients are not allowed access to APIv1')
  if (audience !== SALESOS_AUDIENCE)
    return refuse(`Client is not authorized to access "${audience}". You need to create a "client-grant".`)
  const asked = form.get('scope')?.split(' ').filter(Boolean) ?? []
  const missing = asked.filter(scope => !switches.machineScopes.includes(scope))
  if (missing.length) return refuse(`Client has not been granted scopes: ${missing.join(', ')}`)

  const scope = (asked.length ? asked : switches.machineScopes).join(' ')
  const iat = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    sub: `${client.id}@clients`,
    aud: audience,
    iat,
    exp: iat + switches.machineTokenSeconds,
    jti: randomUUID(),
    scope,
    azp: client.id,
    gty: 'client-credentials',
  }
  return {
    status: 200,
    body: {
      access_token: signJwt(claims, key),
      ...(switches.machineScopeInAnswer && { scope }),
      expires_in: switches.machineTokenSeconds,
      token_type: 'Bearer',
    },
  }
}
