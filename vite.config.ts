import { crx, type ManifestV3Export } from '@crxjs/vite-plugin'
import { defineConfig, type Plugin } from 'vite'
import manifest from './manifest.json' with { type: 'json' }

export type Target = 'chrome' | 'firefox'

/** What one of the two browsers would warn of or refuse; crxjs keeps the right kind of background by itself. */
const foreignKeys: Record<Target, string[]> = {
  chrome: ['browser_specific_settings'],
  firefox: ['key', 'minimum_chrome_version', 'message_serialization', 'externally_connectable'],
}

function manifestFor(target: Target): ManifestV3Export {
  return Object.fromEntries(
    Object.entries(manifest).filter(([key]) => !foreignKeys[target].includes(key)),
  ) as unknown as ManifestV3Export
}

/**
 * In Chromium the polyfill would hand through the native `browser`, which is there from our minimum version on
 * (docs/decisions/0013-native-browser.md), and cost 3 KiB at every start of the worker and of the popup.
 */
const nativeBrowser: Plugin = {
  name: 'native-browser',
  enforce: 'pre',
  resolveId: id => (id === 'webextension-polyfill' ? '\0native-browser' : undefined),
  load: id => (id === '\0native-browser' ? 'export default globalThis.browser' : undefined),
}

export default defineConfig(({ mode }) => {
  const target: Target = mode === 'firefox' ? 'firefox' : 'chrome'
  return {
    plugins: [
      target === 'chrome' && nativeBrowser,
      crx({
        manifest: manifestFor(target),
        browser: target,
        // One plain file each: a loader would have to be web-accessible, and a page could see by it that we are here.
        contentScripts: { standaloneFiles: manifest.content_scripts.flatMap(script => script.js) },
      }),
    ],
    build: {
      outDir: `dist/${target}`,
      emptyOutDir: true,
      target: target === 'chrome' ? 'chrome148' : 'firefox140',
      modulePreload: false,
      assetsInlineLimit: 0,
      rollupOptions: {
        input: { panel: 'src/screens/panel/index.html', consent: 'src/screens/consent/index.html' },
      },
    },
  }
})
