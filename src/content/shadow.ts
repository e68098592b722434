/**
 * Makes elements of ours on the page, for one script by its name: hosts beside the body, so that an app that draws its
 * body anew leaves them alone. The styles are constructed: a page's CSP has no say over them. An update of the extension
 * starts the script again beside the one of the version before, whose elements go by this.
 *
 * `open` for what a page may see anyway, so that accessibility checkers see it too: a closed root hides nothing from
 * find, selection or the person. `closed` for a frame, whose address carries a ticket.
 */
export function shadowRoots(script: string): (mode: 'open' | 'closed', css: string) => ShadowRoot {
  const name = `dealpass-${script}`
  // The one way to a script that has lost its extension; these pages see our button anyway.
  document.dispatchEvent(new Event(name))
  return (mode, css) => {
    const host = document.createElement('div')
    const root = host.attachShadow({ mode })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`:host{all:initial}${css}`)
    root.adoptedStyleSheets = [sheet]
    document.documentElement.append(host)
    document.addEventListener(name, () => host.remove())
    return root
  }
}
