import { browser } from '../browser'

browser.runtime.onMessage.addListener(async () => ({ ok: true, value: undefined }))
