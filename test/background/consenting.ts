import type { RequestInput } from '../../src/shared/protocol'
import { type OpenDocument, openDocument } from '../fakes/documents'
import { connected, site, startWithSetup } from '../fakes/providers'
import { ask, refused, senders, until, view } from '../fakes/worker'
import { world } from '../fakes/world'

/** The consent windows that are open. */
export const consentWindows = () => [...world.windows.values()].filter(({ url }) => url.includes('/consent/'))
/** The questions that the background has in mind. */
export const questions = () => Object.values(Object(world.storage.session.get('tokens').tokens).questions)

/** A page of the site that somebody has just clicked on. */
export const clickedPage = (tabId = 1, state: object = {}) =>
  openDocument(senders.site(site, tabId), { isActivated: true, ...state })

/** SalesOS is connected, and a page was clicked on. */
export async function ready(): Promise<{ page: OpenDocument; salesos: string }> {
  await startWithSetup()
  const salesos = await connected('salesos')
  return { page: clickedPage(), salesos }
}

/** Resolves when the question is there, in its window. */
export async function asked(): Promise<{ consent: string; windowId: number }> {
  await until(() => Object(questions()[0]).windowId !== undefined)
  const [consent] = view().consents
  const [window] = consentWindows()
  if (!consent || !window) throw new Error('No question was opened')
  return { consent: consent.id, windowId: window.id }
}

/** What is sent for an answer. */
type Answer = Partial<Omit<RequestInput<'decide'>, 'consent'>>
export const yes = (connection: string, more: Answer = {}): Answer => ({
  allow: true,
  until: 'run',
  connections: [connection],
  ...more,
})
export const no: Answer = { allow: false, until: 'once', connections: [] }

/** The user answers the question that stands. */
export async function answer(given: Answer): Promise<void> {
  const { consent, windowId } = await asked()
  await ask(senders.consent(windowId, consent), 'decide', { consent, ...given } as RequestInput<'decide'>)
}

/** The same, where the answer has to be refused; resolves with the words. */
export async function refusedAnswer(given: Answer): Promise<string> {
  const { consent, windowId } = await asked()
  return refused(senders.consent(windowId, consent), 'decide', {
    consent,
    ...given,
  } as RequestInput<'decide'>)
}

/** What pages ask for here. */
export const leads = { provider: 'salesos', scopes: ['leads:read'] }
