import type { SiteCode, SiteReason } from '../errors'
import { commonReasonTexts, named, siteCodeTexts } from './site-errors'

/** The reasons that only whoever asks for a page hears of, so that no screen loads their sentences. */
export type PageReason = Exclude<SiteReason, keyof typeof commonReasonTexts>

const pageReasonTexts: Record<PageReason, string> = {
  'long-lived-token':
    'The tokens of {provider} live too long to be handed to a page. Your administrator can shorten the API’s token life or raise the limit.',
  'wide-token':
    '{provider} gives no token that is as narrow as what was allowed here, so none is handed out. With a provider that tells what each call needs, calls through Dealpass work.',
  'no-permit':
    'This page has no permit for that. Ask for it from a click, and allow it in the window that opens.',
  'needs-gesture': 'Dealpass asks the user only right after a click or a key on the page. Ask from there.',
  'denied-lately':
    'You said no to this page. It can ask again after 10 minutes, or at once if you let it in Dealpass.',
  'read-only': 'This page may read only. It did not change anything.',
  'unknown-caller': 'Dealpass does not know who is asking, so the answer is no.',
  'outside-api': 'This address is not part of the API of {provider}, so nothing was sent.',
  'brokered-only': 'Logins of this kind are never handed to a page. Calls through Dealpass work.',
  updated: 'Dealpass was updated. Reload this page to use it.',
  'answer-lost':
    'The answer was lost on the way. What was to be changed may have been changed: look before you repeat it.',
  'token-in-answer':
    'The answer of {provider} had the login itself in it, so it was not passed on. Tell your administrator.',
  'see-dealpass': '{provider} cannot be used now. Open Dealpass; it says what to do.',
}

/** Finer sentences under a code. */
export const siteReasonTexts: Record<SiteReason, string> = /* @__PURE__ */ (() => ({
  ...commonReasonTexts,
  ...pageReasonTexts,
}))()

/** A fault that a site may be told. */
export type SiteFault = { code: SiteCode; reason?: SiteReason }

/** The sentence for people: what happened, and what to do next. */
export function siteSentenceOf({ code, reason }: SiteFault, provider?: string): string {
  return named(reason ? siteReasonTexts[reason] : siteCodeTexts[code], provider)
}
