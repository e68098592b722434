import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from './harness/fixtures'

// Policy is not read yet. That its schema is one that Chromium takes shows only when a manifest names it: an extension
// whose schema is wrong is not loaded at all.
test('Chromium takes the generated schema of managed policy', async ({ launch }) => {
  const copy = mkdtempSync(join(tmpdir(), 'dealpass-policy-'))
  try {
    cpSync('dist/chrome', copy, { recursive: true })
    const file = join(copy, 'manifest.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...manifest, storage: { managed_schema: 'managed_schema.json' } }))
    const dealpass = await launch({ extension: copy })
    const { managed_schema } = await dealpass.inWorker(async () => {
      // @ts-expect-error the worker's own API
      return chrome.runtime.getManifest().storage as { managed_schema: string }
    })
    expect(managed_schema).toBe('managed_schema.json')
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
})
