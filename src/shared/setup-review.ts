import type { Flow, ProposedSite, ProviderView, Rules } from './view'

/** What a host would receive. */
export type Received = 'sign-ins' | 'codes' | 'tokens' | 'secrets' | 'data'

/** What a setup would do, shown before anything is stored. It holds no secret. */
export type SetupReview = {
  organisation: { name?: string; supportContact?: string }
  providers: (Pick<ProviderView, 'id' | 'name' | 'logo' | 'scopes' | 'host' | 'isPractice'> & {
    clientId?: string
    flow: Flow
    /** Scopes it would ask for. */
    asks: string[]
    /** The API that its tokens are made for. */
    audience?: string
    /** The company's relay would be shown its ID tokens. */
    idToken?: true
    /** The host of the company's relay, where it would go through one. */
    relay?: string
    /** Labels of the keys: the vault would keep their secrets, or the relay has them. */
    keys: string[]
    /** A client secret would be kept in the vault. */
    hasSecret: boolean
    /** It keeps the refresh token of an implicit answer. */
    allowImplicitRefresh: boolean
    /** Every host that will receive sign-ins, secrets or data. */
    hosts: { host: string; receives: Received[] }[]
    /** Client id that this one replaces, where another setup is in force. */
    replaces?: string
    /** Hosts that it had until now and would not have any more. */
    replacesHosts: string[]
    /** Connections whose addresses this changes: they need attention then. */
    changes: number
  })[]
  /** Names of providers of the setup in force that the new one does not have. */
  removes: string[]
  /** Keys that would be forgotten: their provider cannot show them again. */
  forgets: { provider: string; label: string }[]
  /** Whose client secret in the vault another one takes the place of: the old one is gone then. */
  newSecrets: { provider: string; label: string }[]
  /** Sites that it proposes; each still has to be permitted on the site itself. */
  sites: (ProposedSite & { name: string; words: string[] })[]
  rules: Rules
}
