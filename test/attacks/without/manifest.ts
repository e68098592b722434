type Manifest = Record<string, unknown>

/**
 * Opens every file of ours to every page, at its static address, lets every page send messages, and starts the bridge
 * everywhere.
 */
export function weakened(manifest: Manifest): Manifest {
  const everywhere = { matches: ['*://*.example/*'], js: ['src/content/bridge.js'], run_at: 'document_start' }
  return {
    ...manifest,
    content_scripts: [...(manifest.content_scripts as object[]), everywhere],
    externally_connectable: { matches: ['https://*.example/*'] },
    web_accessible_resources: [{ resources: ['src/*', 'assets/*', 'icons/*'], matches: ['https://*/*'] }],
  }
}
