import { createHash } from 'node:crypto'

// Derived, so that a setup file stays right when the sandbox is started again, and nothing here looks like a secret.
function derive(text: string): string {
  return createHash('sha256').update(`dealpass sandbox ${text}`).digest('hex')
}

/** The apps that are registered at the sandbox's providers. */
export const clients = {
  sell: { id: derive('sell client id'), secret: derive('sell client secret'), name: 'Dealpass' },
  /** Another company's app at Sell: the owner of the token that the switch `foreignToken` hands out. */
  sellOther: {
    id: derive('other sell client id'),
    secret: derive('other sell client secret'),
    name: 'Ledger Sync',
  },
  salesos: { id: derive('salesos client id').slice(0, 32), name: 'Dealpass' },
} as const

/** The identifier of SalesOS' API, which its tokens are made for. */
export const SALESOS_AUDIENCE = 'https://api.play2sell.com'

/** The setup file that fits the sandbox: what an administrator would import into the extension. */
export function sandboxSetup() {
  return {
    version: 1,
    organisation: { name: 'Acme Sales', supportContact: 'it@acme.example' },
    providers: [
      { id: 'sell', clientId: clients.sell.id, flow: 'implicit', scopes: ['read', 'profile'] },
      { id: 'salesos', clientId: clients.salesos.id, audience: SALESOS_AUDIENCE },
    ],
  }
}
