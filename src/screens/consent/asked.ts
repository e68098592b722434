import { choicesFor, differenceOf, isLive, misfit, scopesOf } from '../../shared/permit'
import { sayInConsent as say } from '../../shared/texts/consent'
import { sayOfPermit } from '../../shared/texts/permit'
import type { Ask, ConnectionId, ConnectionView, ConsentView, ProviderView, View } from '../../shared/view'
import { plainScopes } from '../ui/scopes'

/** One ask as the window shows it. By its value, since the window is armed anew whenever that changes. */
export type Asked = {
  ask: Ask
  provider?: ProviderView
  /** Connections of which it can be allowed, and those that it cannot, with the reason. */
  choices: { connection: ConnectionView; misfit: ReturnType<typeof misfit> }[]
  /** The connection that it would be allowed with; while there is none, nothing can be allowed. */
  chosen?: ConnectionView
  news: News
}

/** What would be new for the site, in plain words. */
type News = {
  /** It may do something with this login by now. */
  isMore: boolean
  /** How it may act; left out where neither that nor what follows it would be new. */
  access?: string
  /** On what. */
  scopes: string[]
  /** It gets a token; `new` where it may do something by now, but got none. */
  token?: 'own' | 'new'
  /** What it may do by now of what it asks for, in sentences. */
  already: string[]
}

/** The asks of a question. `wished`: the connections that the user has chosen, by the place of the ask. */
export function askedOf(
  view: View,
  consent: ConsentView,
  wished: Readonly<Record<number, ConnectionId>> = {},
): Asked[] {
  return consent.asks.map((ask, index) => {
    const provider = view.providers.find(({ id }) => id === ask.provider)
    const choices = choicesFor(view, ask).map(connection => ({ connection, misfit: misfit(ask, connection) }))
    const fitting = choices.filter(choice => !choice.misfit).map(({ connection }) => connection)
    // What cannot be named cannot be allowed.
    const chosen = provider && preferred(view, consent, fitting, wished[index])
    return { ask, provider, choices, chosen, news: newsOf(view, consent, ask, provider, chosen) }
  })
}

/** The user's choice while it can be had; else the one that the site has a permit for; else the first sound one. */
function preferred(
  view: View,
  { site, page }: ConsentView,
  fitting: ConnectionView[],
  wished: ConnectionId | undefined,
): ConnectionView | undefined {
  const isUsed = ({ id }: ConnectionView) =>
    view.permits.some(
      permit => permit.site === site && permit.connection === id && isLive(permit, view, page),
    )
  const sound = fitting.filter(({ status }) => status === 'connected')
  return fitting.find(({ id }) => id === wished) ?? sound.find(isUsed) ?? sound[0] ?? fitting[0]
}

function newsOf(
  view: View,
  { site, page }: ConsentView,
  ask: Ask,
  provider: ProviderView | undefined,
  connection: ConnectionView | undefined,
): News {
  const words = (scopes: readonly string[]) => plainScopes(provider ?? { scopes: {} }, scopes)
  const access = sayOfPermit(ask.access === 'read' ? 'mayRead' : 'mayChange')
  const token = ask.use === 'token' ? ('own' as const) : undefined
  const fresh = { isMore: false, access, token, already: [] }
  if (!connection) return { ...fresh, scopes: ask.scopes ? words(ask.scopes) : [say('everything')] }

  const wanted = scopesOf(ask, connection)
  const difference = differenceOf(view, site, page, ask, connection)
  if (!difference.hasPermit) return { ...fresh, scopes: words(wanted) }

  const isNew = (scope: string) => difference.scopes.includes(scope)
  const had = words(difference.hadScopes.filter(scope => !isNew(scope))).join(', ')
  const readable = words(difference.hadScopes.filter(isNew)).join(', ')
  const mayAlso = ask.access === 'read' ? say('mayAlsoRead') : say('mayAlsoChange')
  return {
    isMore: true,
    access: difference.access ? say('mayNowChange') : difference.scopes.length > 0 ? mayAlso : undefined,
    scopes: words(difference.scopes),
    token: token && (difference.use ? 'new' : 'own'),
    already: [
      ...(had ? [say('already', { scopes: had })] : []),
      ...(readable ? [say('alreadyRead', { scopes: readable })] : []),
    ],
  }
}
