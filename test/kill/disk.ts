import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { ensureChromium } from '../../scripts/browsers'
import type { Entry } from '../../src/background/journal'
import type { Attempt } from '../../src/shared/view'

/** What stands in IndexedDB, but for secrets. */
export type Disk = {
  journal: Entry[]
  connections: { id: string; provider: string; status: string; fault?: { code: string; reason?: string } }[]
  attempts: Attempt[]
}

/** Reads it in a document of the extension, without the background. */
export function diskOf(page: Page): Promise<Disk> {
  return page.evaluate(
    () =>
      new Promise<Disk>((resolve, reject) => {
        const opened = indexedDB.open('dealpass')
        opened.onerror = () => reject(opened.error)
        opened.onsuccess = () => {
          const database = opened.result
          const names = ['journal', 'connections', 'attempts'] as const
          const transaction = database.transaction(names)
          const requests = names.map(name => [name, transaction.objectStore(name).getAll()] as const)
          transaction.onabort = () => reject(transaction.error)
          transaction.oncomplete = () => {
            database.close()
            resolve(Object.fromEntries(requests.map(([name, { result }]) => [name, result])) as Disk)
          }
        }
      }),
  )
}

/**
 * Reads it from the profile of a browser that is gone, before the extension starts again there: a copy of the files, in
 * another browser, with an extension of the same id that has a page and no background.
 */
export async function diskOfProfile(profile: string, extensionId: string, extension: string): Promise<Disk> {
  const folder = mkdtempSync(join(tmpdir(), 'dealpass-disk-'))
  try {
    const { key } = JSON.parse(readFileSync(join(extension, 'manifest.json'), 'utf8')) as { key: string }
    const reader = join(folder, 'reader')
    mkdirSync(reader)
    const manifest = { manifest_version: 3, name: 'Reader', version: '1', key }
    writeFileSync(join(reader, 'manifest.json'), JSON.stringify(manifest))
    writeFileSync(join(reader, 'page.html'), '<!doctype html>')
    const database = join('Default', 'IndexedDB', `chrome-extension_${extensionId}_0.indexeddb.leveldb`)
    cpSync(join(profile, database), join(folder, 'profile', database), { recursive: true })
    const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: ensureChromium(),
      headless: false,
      args: [
        '--headless=new',
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--host-resolver-rules=MAP * ~NOTFOUND',
        `--load-extension=${reader}`,
        `--disable-extensions-except=${reader}`,
      ],
    })
    try {
      const page = await context.newPage()
      await page.goto(`chrome-extension://${extensionId}/page.html`)
      return await diskOf(page)
    } finally {
      await context.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
