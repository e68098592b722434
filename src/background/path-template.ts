import type { PathTemplate } from '../shared/receipt'

const longest = 24
const longestPart = 16
const segments = 8

/** `leads`, `Leads`, `call_outcomes`, `CRM`. Mixed case is what random text looks like, and so are longer capitals. */
const word = /^(?:[A-Z]?[a-z]+(?:[-_][a-z]+)*|[A-Z]{1,4})$/
const version = /^v[1-9]\d?$/
/** A code of letters alone has a run of consonants sooner or later, and hardly any word has one so long. */
const unspeakable = /[^aeiouy_-]{5}/i

/**
 * The path of an API address by which calls of one kind are told from others: `/v2/leads/:id`. Of host, query and fragment
 * there is nothing in it, and of the path only what API designers write: what could be an id, a name, a code or a
 * token is `:id`. It goes by looks, so a short name in small letters (`/users/ada`) passes for a word.
 */
export function pathTemplate(url: URL): PathTemplate {
  const all = url.pathname.split('/').filter(segment => segment !== '')
  const kept = all.slice(0, segments).map(segment => (isWord(segment) ? segment : ':id'))
  const path = `/${[...kept, ...(all.length > segments ? ['…'] : [])].join('/')}`
  // The one place where a text becomes a template.
  return path as PathTemplate
}

function isWord(segment: string): boolean {
  if (version.test(segment)) return true
  if (segment.length > longest || !word.test(segment) || unspeakable.test(segment)) return false
  return segment.split(/[-_]/).every(part => part.length <= longestPart)
}
