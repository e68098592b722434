/** The attacks that every test run makes, one for each of the guards that pages meet first; the rest take minutes. */
export const shortForm = [
  'knocks at the page around its frame',
  'looks on a page that was let in for a trace of us before it asks',
  'asks from a sandboxed frame with the address of the permitted site',
  'asks from another port of a permitted host',
  'asks for a token with more scopes than it was permitted, however they are written',
  'uses a permit for one page after a reload',
  'makes clicks and keys of its own, and asks from them',
  'asks again right after a no',
  'answers a question from the popup',
  'calls Sell’s own OAuth endpoints, in every spelling',
  'has the API send the call on to another host, and the token with it',
  'has an API repeat the token in base64',
  'smuggles a login, another host and another method in headers of odd case',
  'writes a forged view, permits, tokens and endpoints into every storage area',
]

/** The same as a pattern for the titles of tests. */
export const shortPattern = `(?:${shortForm.join('|')})$`
