import { clients } from '../setup'

/** An app that is registered at Acme. Without a secret it is a public one. */
export type AcmeClient = { id: string; secret?: string; name: string }

export const acmeClients: AcmeClient[] = [clients.acme, clients.acmeConfidential]

/** Acme's scopes, in its words. */
export const acmeScopes: Record<string, string> = {
  profile: 'See your name and e-mail address',
  'things.read': 'See your things',
  'things.write': 'Add and change things',
}

/** The endpoints where a client shows who it is: for tokens, revocation and introspection. */
export const CLIENT_ENDPOINTS = ['/token', '/revoke', '/introspect']
