import { patternsCover } from './patterns'

/** A document in a tab, and what the browser knows of it. */
export type FakeDocument = {
  tabId: number
  url: string
  /** Somebody looks at it. */
  isVisible: boolean
  /** A person has just clicked or typed in it: transient activation. */
  isActivated: boolean
  /** It rests in the back-forward cache; the document of that id is what its frame shows. */
  behind?: string
}

export type Injection = {
  target: { tabId: number; documentIds?: string[]; allFrames?: boolean }
  /** The text of a function, which is all that crosses. */
  func?: string
  files?: string[]
}

export type RegisteredScript = {
  id: string
  matches: string[]
  js: string[]
  persistAcrossSessions?: boolean
}

/** What a browser lets scripts be put into. */
type Pages = {
  tabs: ReadonlyMap<number, string>
  documents: ReadonlyMap<string, FakeDocument>
  canReach(address: string): boolean
}

/** `scripting` as far as it runs and registers scripts. Files are only noted down, since there is no page to run them in. */
export class FakeScripting {
  /** Content scripts that are registered now, by their ids. */
  readonly registered = new Map<string, RegisteredScript>()
  /** Files that were started in open pages, in order. */
  readonly started: { tabId: number; file: string }[] = []

  constructor(readonly pages: Pages) {}

  execute({ target, func, files = [] }: Injection): { documentId?: string; result?: unknown }[] {
    const { tabs, documents } = this.pages
    const address = tabs.get(target.tabId)
    if (address === undefined) throw new Error(`No tab with id: ${target.tabId}.`)
    const ids = target.documentIds ?? [undefined]
    const found = ids.map(documentId => {
      if (documentId === undefined) return { url: address, isVisible: true, isActivated: false }
      const document = documents.get(documentId)
      if (document?.tabId !== target.tabId) throw new Error(`No document with id ${documentId}`)
      // As Chromium 156 does: it finds the frame by the document, and runs in what that shows.
      const shown = document.behind === undefined ? undefined : documents.get(document.behind)
      return shown ? { ...shown, documentId: document.behind } : { ...document, documentId }
    })
    for (const { url } of found)
      if (!this.pages.canReach(url))
        throw new Error(
          'Cannot access contents of the page. Extension manifest must request permission to access the respective host.',
        )
    for (const file of files) this.started.push({ tabId: target.tabId, file })
    return found.map(document => ({
      ...('documentId' in document ? { documentId: document.documentId } : {}),
      ...(func === undefined ? {} : { result: run(func, document) }),
    }))
  }

  register(scripts: RegisteredScript[]): void {
    const ids = scripts.map(({ id }) => id)
    const twice = ids.find((id, index) => this.registered.has(id) || ids.indexOf(id) !== index)
    // All or nothing.
    if (twice !== undefined) throw new Error(`Duplicate script ID '${twice}'`)
    for (const script of scripts) {
      if (script.matches.length === 0) throw new Error(`Script with ID '${script.id}' must specify 'matches'`)
      this.registered.set(script.id, script)
    }
  }

  unregister(ids: string[] | undefined): void {
    const gone = ids ?? [...this.registered.keys()]
    const unknown = gone.find(id => !this.registered.has(id))
    if (unknown !== undefined) throw new Error(`Nonexistent script ID '${unknown}'`)
    for (const id of gone) this.registered.delete(id)
  }

  /** Whether a page of that address gets a script when it is loaded. */
  startsAt(address: string): string[] {
    return [...this.registered.values()]
      .filter(({ matches }) => patternsCover(matches, address))
      .flatMap(({ js }) => js)
  }

  /** The browser is closed and opened again. */
  endSession(): void {
    for (const { id, persistAcrossSessions = true } of this.registered.values())
      if (!persistAcrossSessions) this.registered.delete(id)
  }
}

// The function comes as text, so it has nothing of the module that it was written in.
function run(
  func: string,
  { isVisible, isActivated }: Pick<FakeDocument, 'isVisible' | 'isActivated'>,
): unknown {
  const document = { visibilityState: isVisible ? 'visible' : 'hidden' }
  const navigator = { userActivation: { isActive: isActivated, hasBeenActive: isActivated } }
  return new Function('document', 'navigator', `return (${func})()`)(document, navigator)
}
