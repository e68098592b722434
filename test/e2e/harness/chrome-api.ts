type Context = {
  contextId: string
  contextType: 'TAB' | 'POPUP' | 'BACKGROUND' | 'OFFSCREEN_DOCUMENT' | 'SIDE_PANEL' | 'DEVELOPER_TOOLS'
  documentId?: string
  documentOrigin?: string
  documentUrl?: string
  frameId: number
  tabId: number
  windowId: number
}
type Window = { id: number; focused: boolean; type: 'normal' | 'popup' }
type BrowserEvent = {
  addListener(listener: () => void): void
  removeListener(listener: () => void): void
}
type ExtensionChange = { extensionId: string; hostAccess: 'ON_CLICK' | 'ON_SPECIFIC_SITES' | 'ON_ALL_SITES' }

/** What the harness uses of `chrome` inside the browser: no public types have all of it. */
export type ChromeApi = {
  action: {
    getPopup(details: object): Promise<string>
    openPopup(options: { windowId: number }): Promise<void>
  }
  runtime: { getContexts(filter: { contextTypes?: Context['contextType'][] }): Promise<Context[]> }
  windows: {
    create(options: object): Promise<Window>
    getAll(filter: { windowTypes: Window['type'][] }): Promise<Window[]>
    update(id: number, changes: { focused: boolean }): Promise<Window>
    onCreated: BrowserEvent
    onFocusChanged: BrowserEvent
    onRemoved: BrowserEvent
  }
  /** On chrome://extensions only. */
  developerPrivate: {
    addHostPermission(extensionId: string, pattern: string): Promise<void>
    removeHostPermission(extensionId: string, pattern: string): Promise<void>
    updateExtensionConfiguration(change: ExtensionChange): Promise<void>
    updateProfileConfiguration(change: { inDeveloperMode: boolean }): Promise<void>
    reload(extensionId: string, options: { failQuietly: boolean }): Promise<void>
  }
}
