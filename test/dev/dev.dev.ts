import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type ExtensionBrowser, launchChromium } from '../e2e/harness/chromium'

const root = resolve(import.meta.dirname, '../..')
const sources = [
  'src',
  'scripts',
  'public',
  'manifest.json',
  'vite.config.ts',
  'package.json',
  'tsconfig.json',
]

let copy: string
let server: ChildProcess
let dealpass: ExtensionBrowser | undefined

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (!address || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}

/** Starts `npm run dev` in the copy; gives the folder that it says is to be loaded. */
async function startDev(): Promise<string> {
  const port = String(await freePort())
  server = spawn(process.execPath, ['--import', 'tsx', 'scripts/dev.ts', '--port', port], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', chunk => (said += chunk))
  return vi.waitFor(
    () => {
      const folder = /^Load (.+) at chrome:/m.exec(said)?.[1]
      if (!folder) throw new Error(`The development server has not started yet. It said:\n${said}`)
      return folder
    },
    { timeout: 20_000, interval: 50 },
  )
}

beforeEach(() => {
  // Inside the project, so that the copy finds the packages; where Vite neither ignores nor builds anything.
  mkdirSync(join(root, 'dist'), { recursive: true })
  copy = mkdtempSync(join(root, 'dist/dev-test-'))
  for (const source of sources) cpSync(join(root, source), join(copy, source), { recursive: true })
})

afterEach(async () => {
  await dealpass?.close()
  if (server?.exitCode === null && server.kill()) await once(server, 'exit')
  rmSync(copy, { recursive: true, force: true, maxRetries: 3 })
})

it('shows an edited text in the open popup by itself', async () => {
  const extension = await startDev()
  expect(extension).toBe(join(copy, 'dist/chrome-dev'))
  expect(existsSync(join(extension, 'manifest.json'))).toBe(true)
  const bridge = join(extension, 'src/content/bridge.js')
  const bridgeBefore = readFileSync(bridge, 'utf8')
  // No sandbox: this test talks to nobody.
  dealpass = await launchChromium({ extension, sandbox: { port: 1, spki: '' } })
  const popup = await dealpass.context.newPage()
  await popup.goto(`chrome-extension://${dealpass.extensionId}/src/screens/popup/index.html`)
  const before = popup.getByRole('switch', { name: 'Stop everything' })
  await before.waitFor()
  expect(await before.evaluate(one => getComputedStyle(one).borderRadius)).not.toBe('0px')
  await popup.getByText('Your company’s setup is missing').waitFor()

  const file = join(copy, 'src/shared/texts/popup.ts')
  const text = readFileSync(file, 'utf8')
  expect(text).toContain("stopEverything: 'Stop everything'")
  writeFileSync(file, text.replace("stopEverything: 'Stop everything'", "stopEverything: 'Pause everything'"))
  await popup.getByRole('switch', { name: 'Pause everything' }).waitFor({ timeout: 15_000 })
  expect(await dealpass.errors()).toEqual([])

  const bridgeSource = join(copy, 'src/content/bridge.ts')
  writeFileSync(bridgeSource, `${readFileSync(bridgeSource, 'utf8')}\nconsole.log('edited')\n`)
  await vi.waitFor(() => expect(readFileSync(bridge, 'utf8')).not.toBe(bridgeBefore), {
    timeout: 15_000,
    interval: 50,
  })
  expect(readFileSync(bridge, 'utf8')).toContain('edited')
})
