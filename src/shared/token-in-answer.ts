/** A token that is shorter could stand in an answer by accident, and would be none that anybody should issue. */
const shortest = 8

// Calls come in rows with the same token.
let known: { token: string; needles: string[] } | undefined

/**
 * Whether what an API sends back has the access token in it, as it is or in base64 at any offset: an endpoint that
 * shows requests to whoever debugs them would hand the token to a site that may only have calls made.
 */
export function hasToken(token: string, texts: readonly string[], body: ArrayBuffer): boolean {
  if (token.length < shortest) return false
  if (known?.token !== token) known = { token, needles: [token, ...inBase64(token)] }
  const { needles } = known
  // One character for each byte, whatever the body is.
  const all = [...texts, new TextDecoder('latin1').decode(body)]
  return all.some(text => needles.some(needle => text.includes(needle)))
}

// Three bytes become four characters, so a text looks different by where it begins; what its neighbours have a say in
// is cut off at both ends.
function inBase64(token: string): string[] {
  return [0, 1, 2].flatMap(offset => {
    const encoded = btoa('\0'.repeat(offset) + token).replace(/=+$/, '')
    const whole = encoded.slice(offset === 0 ? 0 : offset + 1, -2)
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
