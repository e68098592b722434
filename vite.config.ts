import { crx, type ManifestV3Export } from '@crxjs/vite-plugin'
import { defineConfig } from 'vite'
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

export default defineConfig(({ mode }) => {
  const target: Target = mode === 'firefox' ? 'firefox' : 'chrome'
  return {
    plugins: [
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
