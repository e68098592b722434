import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { searchFolder, tallyOf } from '../canaries/search'
import { sandboxSetup, startSandbox } from '../sandbox/sandbox'
import { click, launchFirefox, waitForText } from './firefox'
import { popupPath, redirectUri, signIn } from './steps'

/** Signs in at Sell by the implicit grant, once with its pages and once without; gives the secrets found on disk. */
async function leftOnDisk(switches: { redirectMayBeStored: boolean }): Promise<string[]> {
  const profile = mkdtempSync(join(tmpdir(), 'dealpass-firefox-'))
  const redirects = { sell: [redirectUri('sell')] }
  const sandbox = await startSandbox({ redirects, switches: { sell: switches } })
  try {
    const firefox = await launchFirefox(sandbox, profile)
    const { email } = sandbox.users.rep
    try {
      const popup = await firefox.open(popupPath)
      const request = (name: string, input: object) =>
        popup.evaluate(
          // @ts-expect-error the extension page's own API
          message => browser.runtime.sendMessage(message),
          { dealpass: 'request', name, input },
        )
      expect(await request('useSetup', { text: JSON.stringify(sandboxSetup()) })).toMatchObject({ ok: true })
      const window = await firefox.opened(
        url => url.startsWith('https://api.getbase.com/'),
        () => click(popup, 'Connect Sell'),
      )
      await signIn(window, sandbox.users.rep)
      await waitForText(popup, `[aria-label="Sell – ${email}"]`, `Connected as ${email}`)
      // Now that Sell knows who it is, it answers the first request with the redirect: that can be stored.
      sandbox.forget()
      expect(await request('connect', { provider: 'sell' })).toMatchObject({ ok: true })
      await sandbox.waitFor({ path: '/oauth2/token/info' })
      await waitForText(popup, `[aria-label="Sell – ${email}"]`, `Connected as ${email}`)
    } finally {
      await firefox.close()
    }
    expect(sandbox.violations()).toEqual([])
    const tally = tallyOf(sandbox.secrets())
    searchFolder('profile', profile, sandbox.secrets(), tally)
    const { places = 0, bytes = 0 } = tally.places.profile ?? {}
    expect(tally.secrets['access token']).toBe(2)
    console.log(`${places} files, ${(bytes / 1024 / 1024).toFixed(1)} MiB:`, tally.leaks)
    return tally.leaks.map(({ place, secret }) => `${secret} in ${place.split('/')[0]}`)
  } finally {
    await sandbox.stop()
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 })
  }
}

it('keeps no secret on disk where the provider sends the headers of RFC 6749 section 5.1', async () => {
  expect(await leftOnDisk({ redirectMayBeStored: false })).toEqual([])
})

it('has the redirect with its tokens in the disk cache where the provider does not', async () => {
  expect(new Set(await leftOnDisk({ redirectMayBeStored: true }))).toEqual(
    new Set(['access token of sell as UTF-8 in cache2', 'refresh token of sell as UTF-8 in cache2']),
  )
})
