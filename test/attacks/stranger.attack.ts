import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { attack, expect, inPage } from './arena'
import { reader } from './brokered'

/** An unpacked extension's id is a hash of where it lies, in the letters from a to p. */
const strangerId = createHash('sha256')
  .update(join(import.meta.dirname, 'stranger'))
  .digest('hex')
  .slice(0, 32)
  .replace(/./g, digit => 'abcdefghijklmnop'[Number.parseInt(digit, 16)] ?? '')

const request = (name: string, input: object) => ({ dealpass: 'request', name, input })

const messages = [
  request('connections', {}),
  request('token', { provider: 'sell' }),
  request('fetch', { provider: 'sell', path: '/v2/leads' }),
  request('receipts', {}),
  request('stop', { on: true }),
  request('endPermits', {}),
  'connections',
  null,
]

attack('caller', 'asks as another extension, by message and by port', async arena => {
  await reader(arena)
  const before = await arena.view()
  const page = await arena.dealpass.context.newPage()
  await page.goto(`chrome-extension://${strangerId}/page.html`)
  const ours = JSON.stringify(arena.dealpass.extensionId)
  const said = await inPage(
    page,
    `(async () => {
      const said = []
      for (const message of ${JSON.stringify(messages)})
        said.push(await chrome.runtime.sendMessage(${ours}, message).then(
          answer => 'answered ' + JSON.stringify(answer), error => 'refused ' + error.message))
      for (const name of ['', 'dealpass'])
        said.push(await new Promise(done => {
          const port = chrome.runtime.connect(${ours}, { name })
          port.onMessage.addListener(message => done('answered ' + JSON.stringify(message)))
          port.onDisconnect.addListener(() => done('refused ' + chrome.runtime.lastError?.message))
          for (const message of ${JSON.stringify(messages)}) port.postMessage({ id: 1, ...Object(message) })
        }))
      return said
    })()`,
  )
  expect(said).toHaveLength(messages.length + 2)
  for (const line of said as string[]) expect(line).toMatch(/^refused Could not establish connection/)
  // It can send: its own extension hears it.
  expect(
    await inPage(page, "chrome.runtime.sendMessage('x').then(() => 'heard', ({ message }) => message)"),
  ).toMatch(/Receiving end does not exist/)
  expect(await arena.view()).toEqual(before)
  expect(arena.apiCalls()).toEqual([])
})

attack('caller', 'asks as another extension from a page that has a permit', async arena => {
  const permitted = await arena.open('https://partner.acme.example/blank')
  await arena.permit(permitted, { provider: 'sell', use: 'token' })
  const page = await arena.open('https://partner.acme.example/cached')
  const before = await arena.view()
  const detail = JSON.stringify({ id: arena.dealpass.extensionId, messages })
  const said = (await inPage(
    page,
    `new Promise(done => {
      addEventListener('the stranger says', ({ detail }) => done(detail))
      dispatchEvent(new CustomEvent('ask the stranger', { detail: ${detail} }))
      setTimeout(done, 1_000, [])
    })`,
  )) as string[]
  expect(said).toHaveLength(messages.length)
  for (const line of said) expect(line).toMatch(/^refused /)
  await arena.expectNoSecret(said)
  expect(await arena.view()).toEqual(before)
})

attack('caller', 'opens our documents, files and storage from another extension’s page', async arena => {
  const page = await arena.dealpass.context.newPage()
  await page.goto(`chrome-extension://${strangerId}/page.html`)
  const base = `chrome-extension://${arena.dealpass.extensionId}/`
  const got = (await inPage(
    page,
    `Promise.all(['manifest.json', 'src/screens/panel/index.html', 'src/screens/popup/index.html', 'icons/16.png']
      .map(path => fetch('${base}' + path).then(answer => answer.text(), () => 'refused')))`,
  )) as string[]
  expect(got).toEqual(['refused', 'refused', 'refused', 'refused'])
  const stored = await inPage(
    page,
    'Promise.all([chrome.storage.local.get(), chrome.storage.session.get(), indexedDB.databases()])',
  )
  expect(stored).toEqual([{}, {}, []])
})
