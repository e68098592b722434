import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElementHandle, Frame, Page } from 'puppeteer-core'
import { expect } from 'vitest'
import type { Canary } from '../canaries/needles'
import { searchFolder, type Tally, tallyOf } from '../canaries/search'
import type { Sandbox } from '../sandbox/sandbox'
import { click, type ExtensionFirefox, fill, until, waitForText } from './firefox'

// What a person does, by accessible names, and what has to hold when all is done.

export const popupPath = 'src/screens/popup/index.html'
export const optionsPath = 'src/screens/options/index.html'

/** Where a provider sends people back to: Firefox makes the host of it, SHA-1 of the add-on's id in hexadecimal. */
export const redirectUri = (provider: string) =>
  `https://ab4a76df15d5e9f33dbf930aecc68bb5de72a2e5.extensions.allizom.org/${provider}`

/** The selector of one item of the list `Providers`. */
export const row = (name: string) => `[aria-label="Providers"] > [aria-label="${name}"]`

/** Imports a setup file in Options. `folder` is where the file may lie. */
export async function importSetup(options: Page, folder: string, setup: unknown): Promise<void> {
  const file = join(folder, 'setup.json')
  writeFileSync(file, JSON.stringify(setup))
  const input = await until('the file input', () => options.$('input[type=file]'))
  await (input as ElementHandle<HTMLInputElement>).uploadFile(file)
  await click(options, 'Use this setup')
  await waitForText(options, 'body', 'This setup is in force now')
}

/** Signs in on the sandbox's pages, and allows what the app asks for. */
export async function signIn(window: Page, user: { email: string; password: string }): Promise<void> {
  await fill(window, 'E-mail', user.email)
  await fill(window, 'Password', user.password)
  await click(window, 'Sign in')
  await click(window, 'Allow')
}

/** Opens a page of the demo CRM and, in it, the panel. */
export async function openPanel(
  firefox: ExtensionFirefox,
  address: string,
): Promise<{ page: Page; panel: Frame }> {
  const page = await firefox.browser.newPage()
  await page.goto(address)
  await click(page, 'Dealpass')
  const panel = await until('the panel', async () =>
    page.frames().find(frame => frame.url().startsWith(`${firefox.origin}src/screens/panel/`)),
  )
  return { page, panel }
}

/** Does what opens the consent window, and gives its page. */
export function consentWindow(firefox: ExtensionFirefox, open: () => Promise<unknown>): Promise<Page> {
  return firefox.opened(url => url.startsWith(`${firefox.origin}src/screens/consent/`), open)
}

/** Fails where the extension reported an error, the sandbox saw what must not happen, or anything went past it. */
export async function expectNoFault(firefox: ExtensionFirefox, sandbox: Sandbox): Promise<void> {
  expect(sandbox.violations()).toEqual([])
  expect(firefox.proxy.refused()).toEqual([])
  // The consent window is closed by the answer to what it sent, before it has that answer itself.
  const errors = (await firefox.errors()).filter(
    text => !text.includes('Promise rejected after context unloaded'),
  )
  expect(errors).toEqual([])
}

/** Fails where a secret stands in any file of the profile of a Firefox that is closed. Gives what was searched. */
export function expectNothingOnDisk(profile: string, secrets: readonly Canary[]): Tally {
  const tally = tallyOf(secrets)
  searchFolder('profile', profile, secrets, tally)
  expect(tally.places.profile?.places).toBeGreaterThan(20)
  expect(tally.leaks).toEqual([])
  return tally
}
