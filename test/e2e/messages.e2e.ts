import type { Page } from '@playwright/test'
import { expect, test } from './harness/fixtures'
import { answerConsent, connected, openPanel, popupTab, viewOf } from './steps'

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

test('refuses a message with a field missing, wrong or extra', async ({ dealpass, sandbox }) => {
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

test('refuses what a caller may not ask, and names that are no requests', async ({ dealpass, sandbox }) => {
  const popup = await connected(dealpass, sandbox, 'sell')
  const { page, panel } = await openPanel(dealpass)
  await answerConsent(
    dealpass,
    () => panel.getByRole('button', { name: 'Allow on this page' }).click(),
    'Allow',
  )
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

test('a panel that was not opened by Dealpass shows nothing', async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sell')
  const { panel } = await openPanel(dealpass)
  await answerConsent(
    dealpass,
    () => panel.getByRole('button', { name: 'Allow on this page' }).click(),
    'Allow',
  )
  await sandbox.waitFor({ path: '/v2/leads/1' })
  sandbox.forget()
  const forged = await popupTab(dealpass)
  await forged.goto(
    `chrome-extension://${dealpass.extensionId}/src/screens/panel/index.html#${crypto.randomUUID()}`,
  )
  await expect(forged.getByText('This panel was not opened by Dealpass')).toBeVisible()
  const answer = await send(forged, request('fetch', { provider: 'sell', path: 'leads' }))
  expect(answer).toMatchObject({ ok: false, error: { code: 'not-permitted' } })
  expect(sandbox.saw()).toEqual([])
})

test('closes every storage area to content scripts', async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sell')
  const { page } = await openPanel(dealpass)
  const session = await dealpass.context.newCDPSession(page)
  const worlds: { id: number; name: string }[] = []
  session.on('Runtime.executionContextCreated', ({ context }) =>
    worlds.push({ id: context.id, name: context.name }),
  )
  await session.send('Runtime.enable')
  const world = worlds.find(({ name }) => name === 'Dealpass')
  expect(world).toBeDefined()
  const expression = `Promise.all(['local', 'session', 'sync', 'managed'].map(async name => {
    try { await chrome.storage[name].get(); return name + ' read' } catch (error) { return name + ' closed' }
  }))`
  const { result } = await session.send('Runtime.evaluate', {
    expression,
    contextId: world?.id ?? 0,
    awaitPromise: true,
    returnByValue: true,
  })
  expect(sandbox.saw({ path: /^\/v2\/leads/ })).toEqual([])
  expect(result.value).toEqual(['local closed', 'session closed', 'sync closed', 'managed closed'])
})
