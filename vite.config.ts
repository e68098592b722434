import { crx, type ManifestV3Export } from '@crxjs/vite-plugin'
import { defineConfig, type Plugin } from 'vite'
import manifest from './manifest.json' with { type: 'json' }
import { dynamicScripts } from './scripts/dynamic-scripts'

export type Target = 'chrome' | 'firefox'

/** What one of the two browsers would warn of or refuse; crxjs keeps the right kind of background by itself. */
const foreignKeys: Record<Target, string[]> = {
  chrome: ['browser_specific_settings'],
  firefox: ['key', 'minimum_chrome_version', 'message_serialization', 'externally_connectable'],
}

function manifestFor(target: Target, isServed: boolean): ManifestV3Export {
  const { extension_pages: policy } = manifest.content_security_policy
  const wanted = isServed
    ? { ...manifest, content_security_policy: { extension_pages: withDevServer(policy) } }
    : manifest
  return Object.fromEntries(
    Object.entries(wanted).filter(([key]) => !foreignKeys[target].includes(key)),
  ) as unknown as ManifestV3Export
}

/** The policy of `npm run dev` alone: scripts and news of changes come from Vite's own port, styles as elements. */
function withDevServer(policy: string): string {
  const added: Record<string, string> = {
    'script-src': 'http://localhost:*',
    'style-src': "'unsafe-inline'",
    'connect-src': 'http://localhost:* ws://localhost:*',
  }
  return policy
    .split('; ')
    .map(directive => [directive, added[directive.split(' ', 1)[0] ?? '']].filter(Boolean).join(' '))
    .join('; ')
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

/**
 * The background may call any server that somebody has connected, so the manifest's policy lets connections through.
 * Screens call nobody; each says so itself, in what is built (the development server needs connections of its own).
 */
const closedScreens: Plugin = {
  name: 'closed-screens',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: "connect-src 'none'" },
      injectTo: 'head-prepend',
    },
  ],
}

/** What is built for; as Vite names browsers. */
export const buildTargets: Record<Target, string> = { chrome: 'chrome148', firefox: 'firefox140' }

const dynamic = (target: Target): Plugin => ({
  name: 'dynamic-scripts',
  apply: 'build',
  async generateBundle() {
    for (const script of await dynamicScripts(buildTargets[target]))
      this.emitFile({ type: 'asset', ...script })
  },
})

export default defineConfig(({ mode, command }) => {
  const target: Target = mode === 'firefox' ? 'firefox' : 'chrome'
  const isServed = command === 'serve'
  return {
    plugins: [
      target === 'chrome' && nativeBrowser,
      closedScreens,
      dynamic(target),
      crx({
        manifest: manifestFor(target, isServed),
        browser: target,
        // One plain file each: a loader would have to be web-accessible, and a page could see by it that we are here.
        contentScripts: { standaloneFiles: manifest.content_scripts.flatMap(script => script.js) },
      }),
    ],
    build: {
      outDir: isServed ? `dist/${target}-dev` : `dist/${target}`,
      emptyOutDir: true,
      target: buildTargets[target],
      modulePreload: false,
      assetsInlineLimit: 0,
      rollupOptions: {
        input: {
          panel: 'src/screens/panel/index.html',
          consent: 'src/screens/consent/index.html',
          entry: 'src/screens/entry/index.html',
        },
      },
    },
  }
})
