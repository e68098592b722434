/**
 * An element of ours on the page: a host beside the body, so that an app that draws its body anew leaves it alone.
 * The styles are constructed: a page's CSP has no say over them.
 *
 * `open` for what a page may see anyway, so that accessibility checkers see it too: a closed root hides nothing from
 * find, selection or the person. `closed` for a frame, whose address carries a ticket.
 */
export function shadowRoot(mode: 'open' | 'closed', css: string): ShadowRoot {
  const host = document.createElement('div')
  const root = host.attachShadow({ mode })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`:host{all:initial}${css}`)
  root.adoptedStyleSheets = [sheet]
  document.documentElement.append(host)
  return root
}
