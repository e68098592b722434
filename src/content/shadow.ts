/**
 * An element of ours on the page: a host beside the body, so that an app that draws its body anew leaves it alone,
 * with a closed root. The styles are constructed: a page's CSP has no say over them.
 */
export function shadowHost(css: string): { host: HTMLElement; root: ShadowRoot } {
  const host = document.createElement('div')
  const root = host.attachShadow({ mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`:host { all: initial } ${css}`)
  root.adoptedStyleSheets = [sheet]
  document.documentElement.append(host)
  return { host, root }
}
