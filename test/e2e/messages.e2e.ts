import type { Frame, Page } from '@playwright/test'
import type { ExtensionBrowser } from './harness/chromium'
import { expect, test } from './harness/fixtures'
import { allowOnPage, connected, openPanel, popupTab, viewOf } from './steps'

type Answer = { ok: boolean; error?: { code: string; reason?: string } }

const send = (page: Page, message: unknown) =>
  page.evaluate(
    sent =>
      // @ts-expect-error the extension page's own API
      chrome.runtime.sendMessage(sent) as Promise<Answer>,
    message,
  )

const request = (name: string, input: unknown, rest: object = {}) => ({
  dealpass: 'request',
  name,
  input,
  ...rest,
})

test('refuses a message with a field missing, wrong or extra', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'sell')
  const before = await viewOf(dealpass)
  sandbox.forget()
  for (const message of [
    null,
    'connect',
    {},
    { dealpass: 'request', name: 'connect' },
    request('connect', null),
    request('connect', {}),
    request('connect', { provider: 7 }),
    request('connect', { provider: '' }),
    request('connect', { provider: 'sell', connection: null }),
    request('connect', { provider: 'nobody' }),
    request('connect', { provider: 'sell', scopes: ['write'] }),
    request('connect', { provider: 'sell' }, { from: 'screen' }),
    request('stop', { on: 'yes' }),
    request('useSetup', { text: 1 }),
    request('decide', { consent: 'x', allow: true, until: 'always' }),
  ])
    expect(await send(popup, message), JSON.stringify(message)).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    })
  expect(await viewOf(dealpass)).toEqual(before)
  expect(sandbox.saw()).toEqual([])
})

test('refuses what a caller may not ask, and names that are no requests', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'sell')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ path: '/v2/leads/1' })
  const before = await viewOf(dealpass)
  sandbox.forget()
  for (const name of [
    'constructor',
    '__proto__',
    'toString',
    'nothing',
    'openPanel',
    'token',
    'fetch',
    'enter',
  ])
    expect(await send(popup, request(name, {})), name).toMatchObject({
      ok: false,
      error: { code: 'not-permitted', reason: 'unknown-caller' },
    })
  expect(await viewOf(dealpass)).toEqual(before)

  await test.step('a page cannot reach the extension at all', async () => {
    const reach = await page.evaluate(
      id =>
        new Promise<string>(resolve => {
          const { chrome } = window as unknown as {
            chrome?: {
              runtime?: { sendMessage(id: string, message: unknown, done: (answer: unknown) => void): void }
            }
          }
          if (!chrome?.runtime) return resolve('no api')
          chrome.runtime.sendMessage(id, { dealpass: 'request', name: 'connections', input: {} }, answer =>
            resolve(answer === undefined ? 'no answer' : 'answered'),
          )
        }),
      dealpass.extensionId,
    )
    expect(['no api', 'no answer']).toContain(reach)
  })
  await test.step('nor load the panel by its static address', async () => {
    const loaded = await page.evaluate(async id => {
      try {
        await fetch(`chrome-extension://${id}/src/screens/panel/index.html`)
        return true
      } catch {
        return false
      }
    }, dealpass.extensionId)
    expect(loaded).toBe(false)
  })
  expect(sandbox.saw()).toEqual([])
})

/** Runs an expression where our content script runs: beside the page's own world. */
async function inContentScript(dealpass: ExtensionBrowser, page: Page, expression: string): Promise<unknown> {
  const session = await dealpass.context.newCDPSession(page)
  const worlds: { id: number; name: string }[] = []
  session.on('Runtime.executionContextCreated', ({ context }) =>
    worlds.push({ id: context.id, name: context.name }),
  )
  await session.send('Runtime.enable')
  const contextId = worlds.find(({ name }) => name === 'Dealpass')?.id
  expect(contextId).toBeDefined()
  const { result } = await session.send('Runtime.evaluate', {
    expression,
    ...(contextId === undefined ? {} : { contextId }),
    awaitPromise: true,
    returnByValue: true,
  })
  return result.value
}

test('a panel that was not opened by Dealpass shows nothing', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  await connected(dealpass, sandbox, 'sell')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ path: '/v2/leads/1' })
  sandbox.forget()
  const ticket = crypto.randomUUID()
  const refused = async (forged: Frame) => {
    await expect(forged.getByText('This panel was not opened by Dealpass')).toBeVisible()
    const answer = await forged.evaluate(
      message =>
        // @ts-expect-error the panel's own API
        chrome.runtime.sendMessage(message) as Promise<Answer>,
      request('fetch', { provider: 'sell', path: 'leads' }),
    )
    expect(answer).toMatchObject({ ok: false, error: { code: 'not-permitted' } })
  }
  await test.step('in a tab', async () => {
    const forged = await popupTab(dealpass)
    await forged.goto(`chrome-extension://${dealpass.extensionId}/src/screens/panel/index.html#${ticket}`)
    await refused(forged.mainFrame())
  })
  await test.step('in a frame, with a ticket that was never given', async () => {
    const before = page.frames().length
    await inContentScript(
      dealpass,
      page,
      `document.body.append(Object.assign(document.createElement('iframe'), {
        src: chrome.runtime.getURL('src/screens/panel/index.html') + '#${ticket}',
      }))`,
    )
    await expect.poll(() => page.frames().length).toBe(before + 1)
    const forged = page.frames().at(-1)
    expect(forged).toBeDefined()
    if (forged) await refused(forged)
  })
  expect(sandbox.saw()).toEqual([])
})

test('closes every storage area to content scripts', { tag: '@full' }, async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sell')
  const { page } = await openPanel(dealpass)
  const areas = await inContentScript(
    dealpass,
    page,
    `Promise.all(['local', 'session', 'sync', 'managed'].map(async name => {
      try { await chrome.storage[name].get(); return name + ' read' } catch (error) { return name + ' closed' }
    }))`,
  )
  expect(areas).toEqual(['local closed', 'session closed', 'sync closed', 'managed closed'])
  expect(sandbox.saw({ path: /^\/v2\/leads/ })).toEqual([])
})
