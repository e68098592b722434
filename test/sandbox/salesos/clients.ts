import { clients } from '../setup'

/** An app that is registered at SalesOS. Without a secret it is a public one. */
export type SalesosClient = { id: string; secret?: string; name: string; grantTypes: string[] }

const forPeople = ['authorization_code', 'refresh_token']

/** Every app that is registered: one of each kind. */
export const salesosClients: SalesosClient[] = [
  { ...clients.salesos, grantTypes: forPeople },
  { ...clients.salesosConfidential, grantTypes: forPeople },
  { ...clients.salesosMachine, grantTypes: ['client_credentials'] },
]

export const clientById = (id: string | null) => salesosClients.find(client => client.id === id)

/**
 * The form with the credentials of a Basic header in it, as if they had been sent there: Auth0 takes them in either
 * place, oidc-provider in the one that it was told.
 */
export function withBasic(form: URLSearchParams, authorization = ''): URLSearchParams {
  const basic = /^basic\s+(\S+)$/i.exec(authorization)?.[1]
  if (!basic) return form
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':')
  const whole = new URLSearchParams(form)
  whole.set('client_id', id)
  whole.set('client_secret', secret)
  return whole
}

/** Whether a request names a registered app and knows the app's secret, if it has one. */
export function isAuthentic(form: URLSearchParams): boolean {
  const client = clientById(form.get('client_id'))
  return client !== undefined && (!client.secret || client.secret === form.get('client_secret'))
}
