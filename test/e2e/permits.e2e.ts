import { limits } from '../../src/shared/limits'
import { errorTexts } from '../../src/shared/texts/errors'
import { siteReasonTexts } from '../../src/shared/texts/page-errors'
import { expect, test } from './harness/fixtures'
import { extensionPage } from './harness/opened-page'
import { allowOnPage, connected, crmLead, openPanel, openPanelOn, viewOf } from './steps'

/** The scopes of a SalesOS access token, which is a JWT. */
function scopeOf(token = ''): string {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).scope
}

const consentPage = 'src/screens/consent/index.html'

test('shows live data in the panel after consent, by brokered fetch', async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sell', 'salesos')
  const { page, panel } = await openPanel(dealpass)
  const allow = panel.getByRole('button', { name: 'Allow on this page' })
  await expect(allow).toBeVisible()
  expect(sandbox.saw({ path: /\/leads/ }).filter(({ host }) => host !== 'app.futuresimple.com')).toEqual([])

  await allowOnPage(dealpass, panel)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  const [sell] = sandbox.saw({ host: 'api.getbase.com', path: '/v2/leads/1' })
  expect(sell).toMatchObject({ method: 'GET', status: 200 })
  expect(sell?.headers).not.toHaveProperty('cookie')
  expect(sell?.headers.authorization).toMatch(/^Bearer /)
  await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads', method: 'GET' })

  // The page's own world sees neither the panel nor what is in it.
  const visible = await page.evaluate(() => document.documentElement.outerHTML)
  expect(visible).not.toContain('chrome-extension://')
  expect(visible).not.toContain('Bearer')

  await test.step('follows the page through its own navigation', async () => {
    sandbox.forget()
    await page.evaluate(() => history.pushState(null, '', '/leads/2'))
    await sandbox.waitFor({ host: 'api.getbase.com', path: '/v2/leads/2' })
    await expect(page.getByRole('button', { name: 'Dealpass', exact: true })).toBeVisible()
    expect(sandbox.saw({ host: 'app.futuresimple.com', path: '/leads/2' })).toEqual([])
  })
})

test('names site, account, scopes and the end of the token before it allows anything', async ({
  dealpass,
  sandbox,
}) => {
  await connected(dealpass, sandbox, 'sell', 'salesos')
  const { panel } = await openPanel(dealpass)
  const ask = () => panel.getByRole('button', { name: 'Allow on this page' }).click()
  const question = await extensionPage(dealpass, consentPage, ask)
  const dialog = question.getByRole('dialog')
  await expect(dialog).toContainText('https://app.futuresimple.com')
  await expect(dialog).toContainText(sandbox.users.rep.email)
  await expect(dialog).toContainText('See all your data, except account and user details')
  await expect(dialog).toContainText('See leads')
  await expect(dialog).toContainText(/it can act as you until \d{1,2}:\d\d/)
  const howLong = dialog.getByRole('radiogroup', { name: 'How long' })
  await expect(howLong.getByRole('radio')).toHaveCount(4)
  for (const name of ['Once', 'For 8 hours', 'Always'])
    await expect(howLong.getByRole('radio', { name, exact: true })).not.toBeChecked()
  await expect(howLong.getByRole('radio', { name: 'Until the browser closes' })).toBeChecked()
  await expect(question.getByRole('button', { name: 'Deny' })).toBeFocused()

  await test.step('a synthetic click on Allow does nothing', async () => {
    await expect(question.getByRole('button', { name: 'Allow' })).not.toHaveAttribute('aria-disabled', 'true')
    await question.evaluate(() => {
      for (const button of document.querySelectorAll('button'))
        if (button.textContent === 'Allow') button.click()
    })
    expect((await viewOf(dealpass)).permits).toEqual([])
  })
  await test.step('Deny leaves no permit', async () => {
    const closed = question.waitForEvent('close')
    await question.getByRole('button', { name: 'Deny' }).click()
    await closed
    await expect(panel.getByRole('button', { name: 'Allow on this page' })).toBeVisible()
    expect((await viewOf(dealpass)).permits).toEqual([])
  })
  await test.step('so does closing the window', async () => {
    const again = await extensionPage(dealpass, consentPage, ask)
    await again.close()
    await expect(panel.getByRole('button', { name: 'Allow on this page' })).toBeVisible()
    expect((await viewOf(dealpass)).permits).toEqual([])
  })
  expect(sandbox.saw({ path: /^\/v[12]\/leads/ })).toEqual([])
})

test('keeps Allow dead for the first half second', async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sell')
  const { panel } = await openPanel(dealpass)
  await dealpass.context.addInitScript(() => {
    Object.assign(window, { armedAt: Number.NaN })
    new MutationObserver(() => {
      const allow = [...document.querySelectorAll('button')].find(button => button.textContent === 'Allow')
      if (allow?.getAttribute('aria-disabled') === 'false')
        Object.assign(window, { armedAt: performance.now() })
    }).observe(document, { subtree: true, attributes: true, childList: true })
  })
  const question = await extensionPage(dealpass, consentPage, () =>
    panel.getByRole('button', { name: 'Allow on this page' }).click(),
  )
  const allow = question.getByRole('button', { name: 'Allow' })
  await allow.dispatchEvent('click')
  await expect(allow).toHaveAttribute('aria-disabled', 'false')
  // The script above may begin when the window has long been painted.
  const armedAfter = await question.evaluate(() => {
    const [painted] = performance.getEntriesByName('first-contentful-paint')
    return (window as unknown as { armedAt: number }).armedAt - (painted?.startTime ?? Number.NaN)
  })
  // A paint is noted when it is on screen, up to two frames after what was painted has been drawn.
  expect(armedAfter).toBeGreaterThanOrEqual(limits.allowDelay - 2 * (1000 / 60))
  expect((await viewOf(dealpass)).permits).toEqual([])
  expect(sandbox.saw({ path: /^\/v2\/leads/ })).toEqual([])
})

test('ends the question with the document that asked it', async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sell')
  const { page, panel } = await openPanel(dealpass)
  const asked = (where: typeof panel) =>
    extensionPage(dealpass, consentPage, () =>
      where.getByRole('button', { name: 'Allow on this page' }).click(),
    )
  const ends: [string, () => Promise<unknown>][] = [
    ['the panel is closed', () => page.getByRole('button', { name: 'Dealpass', exact: true }).click()],
    ['the page is loaded again', () => page.reload()],
    ['the tab is closed', () => page.close()],
  ]
  let where = panel
  for (const [end, run] of ends) {
    await test.step(end, async () => {
      const question = await asked(where)
      await expect.poll(async () => (await viewOf(dealpass)).consents.length).toBe(1)
      const closed = question.waitForEvent('close')
      await run()
      await closed
      await expect.poll(async () => (await viewOf(dealpass)).consents).toEqual([])
      if (!page.isClosed()) where = await openPanelOn(page)
    })
  }
  expect(sandbox.saw({ path: /^\/v2\/leads/ })).toEqual([])
})

test('gives a content-script widget a short-lived token by message, and to nobody else', async ({
  dealpass,
  sandbox,
}) => {
  await connected(dealpass, sandbox, 'salesos')
  const { page, panel } = await openPanel(dealpass)
  const widget = page.getByRole('region', { name: 'SalesOS leads' })
  await expect(widget).toBeHidden()
  expect(sandbox.saw({ host: 'api.play2sell.com' })).toEqual([])

  await allowOnPage(dealpass, panel)
  await expect(widget).toContainText(/\d+ leads/)

  // From the content script: with the page's origin, and with a token of its own, narrower than the connection's.
  const calls = sandbox.saw({ host: 'api.play2sell.com', path: '/v1/leads', method: 'GET' })
  const own = calls.filter(({ headers }) => headers.origin === 'https://app.futuresimple.com')
  const brokered = calls.filter(({ headers }) => headers.origin !== 'https://app.futuresimple.com')
  expect(own.length).toBeGreaterThan(0)
  expect(brokered.length).toBeGreaterThan(0)
  // Whoever uses it, it can do what the permit says and no more; the whole grant stays in the worker.
  const leased = own[0]?.headers.authorization?.replace('Bearer ', '') ?? ''
  const [probe] = sandbox.saw({ path: '/userinfo' })
  const whole = probe?.headers.authorization?.replace('Bearer ', '') ?? ''
  for (const { headers } of calls) expect(scopeOf(headers.authorization)).toBe('leads:read')
  expect(scopeOf(whole)).toContain('offline_access')
  const [refresh] = sandbox
    .saw({ path: '/oauth/token' })
    .filter(({ body }) => (body as Record<string, string>).grant_type === 'refresh_token')
  expect(refresh?.body).toMatchObject({ scope: 'leads:read' })

  await test.step('the token is nowhere but in the worker, the message and the call', async () => {
    const inPage = await page.evaluate(token => {
      const globals = Object.getOwnPropertyNames(window).filter(name => {
        try {
          return JSON.stringify((window as unknown as Record<string, unknown>)[name])?.includes(token)
        } catch {
          return false
        }
      })
      const entries = JSON.stringify(performance.getEntries())
      const storage = JSON.stringify({ ...localStorage, ...sessionStorage })
      return [globals.join(), document.documentElement.outerHTML, entries, storage, document.cookie].map(
        place => place.includes(token),
      )
    }, leased)
    expect(inPage).toEqual([false, false, false, false, false])
    const stored = await dealpass.inWorker(async () => {
      // @ts-expect-error the worker's own API
      const { storage } = chrome
      return JSON.stringify([
        await storage.local.get(),
        await storage.sync.get(),
        (await storage.session.get('view')).view,
      ])
    })
    for (const token of [leased, whole]) expect(stored).not.toContain(token)
    const kept = await dealpass.inWorker(async () => {
      // @ts-expect-error the worker's own API
      return JSON.stringify((await chrome.storage.session.get('tokens')).tokens)
    })
    expect(kept).toContain(leased)
  })
  await test.step('it survives the navigation of the page’s own app', async () => {
    await page.evaluate(() => history.pushState(null, '', '/leads/3'))
    await expect(widget).toBeVisible()
  })
})

test('does not lease a token that lives too long', { tag: '@full' }, async ({ dealpass, sandbox }) => {
  sandbox.set('salesos', { accessTokenSeconds: 86_400 })
  await connected(dealpass, sandbox, 'salesos')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  // Brokered fetch goes on; the widget is told why it gets no token.
  await expect(page.getByRole('region', { name: 'SalesOS leads' })).toContainText(
    siteReasonTexts['long-lived-token'].replaceAll('{provider}', 'SalesOS'),
  )
  const calls = await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads', method: 'GET' })
  expect(calls.headers.origin).not.toBe('https://app.futuresimple.com')
  expect(
    sandbox
      .saw({ host: 'api.play2sell.com' })
      .filter(({ headers }) => headers.origin === 'https://app.futuresimple.com'),
  ).toEqual([])
})

test('a permit ends with the browser', { tag: '@full' }, async ({ dealpass, launch, sandbox }) => {
  await connected(dealpass, sandbox, 'sell')
  const { panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ path: '/v2/leads/1' })
  await dealpass.close()
  sandbox.forget()
  const again = await launch({ profile: dealpass.profile })
  const after = await openPanel(again)
  await expect(after.panel.getByRole('button', { name: 'Allow on this page' })).toBeVisible()
  expect((await viewOf(again)).permits).toEqual([])
  expect(sandbox.saw({ path: /^\/v2/ })).toEqual([])
})

test('a permit that is ended in Options ends at once', async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sell')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  const options = await dealpass.context.newPage()
  await options.goto(`chrome-extension://${dealpass.extensionId}/src/screens/options/index.html`)
  const { email } = sandbox.users.rep
  await options
    .getByRole('button', { name: `End permit of https://app.futuresimple.com for Sell – ${email}` })
    .click()
  sandbox.forget()
  await expect(panel.getByRole('button', { name: 'Allow on this page' })).toBeVisible()
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  await expect(panel.getByText('Elena Marchetti')).toHaveCount(0)
  expect(sandbox.saw({ path: /^\/v2/ })).toEqual([])
})

test('Stop everything stops everything, and goes on', async ({ dealpass, sandbox }) => {
  const popup = await connected(dealpass, sandbox, 'sell')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  await popup.getByRole('switch', { name: 'Stop everything' }).click()
  await expect(popup.getByRole('listitem', { name: /^Sell –/ })).toContainText('· paused')
  await expect(panel).toContainText('Everything is stopped')
  sandbox.forget()
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  await popup.getByRole('switch', { name: 'Stop everything' }).click()
  await expect(panel.getByText('Elena Marchetti')).toHaveCount(0)
  await sandbox.waitFor({ path: '/v2/leads/2' })
})

test('says in the panel why a call failed, and tries again', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  await connected(dealpass, sandbox, 'sell')
  sandbox.set('sell', { fault: { path: '/v2/leads/1', drop: true } })
  const { panel } = await openPanel(dealpass, crmLead)
  await allowOnPage(dealpass, panel)
  await expect(panel).toContainText(errorTexts['provider-unreachable'].replaceAll('{provider}', 'Sell'))
  expect((await viewOf(dealpass)).connections).toMatchObject([{ status: 'connected', notAnswering: true }])
  sandbox.set('sell', { fault: null })
  await panel.getByRole('button', { name: 'Try again' }).click()
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  expect((await viewOf(dealpass)).connections[0]).not.toHaveProperty('notAnswering')
})

test('holds a permit to its scopes, also where the token could do more', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  await connected(dealpass, sandbox, 'sell')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  sandbox.forget()
  const frame = page.frames().find(known => known.url().includes('/src/screens/panel/'))
  const calls = ['users/self', '/v2/Users/self', '/v2//users/self', 'accounts/self', 'leads/2'].map(path =>
    frame?.evaluate(
      path =>
        // @ts-expect-error the panel's own API
        chrome.runtime.sendMessage({ dealpass: 'request', name: 'fetch', input: { provider: 'sell', path } }),
      path,
    ),
  )
  const answers = (await Promise.all(calls)) as { ok: boolean; error?: { code: string } }[]
  expect(answers.map(({ ok, error }) => error?.code ?? ok)).toEqual([
    'scope-missing',
    'scope-missing',
    'bad-request',
    'scope-missing',
    true,
  ])
  expect(sandbox.saw({ host: 'api.getbase.com' }).map(({ path }) => path)).toEqual(['/v2/leads/2'])
})
