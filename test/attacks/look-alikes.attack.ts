import { siteHosts } from '../sandbox/sites/hosts'
import { type Arena, attack, expect, inPage } from './arena'
import { askToken, expectServed, knockAt, leasing } from './knock'
import { inContentScript } from './worlds'

/** Another site, let in by the user for itself, asks for what the CRM has a permit for. */
async function askAs(arena: Arena, origin: string): Promise<void> {
  const crm = await leasing(arena)
  const [permit] = (await arena.view()).permits
  if (!(await arena.view()).sites.some(site => site.origin === origin)) await arena.letSiteIn(origin)
  const page = await arena.open(`${origin}/blank`)
  const connection = JSON.stringify(permit?.connection)
  const outcomes = [
    await arena.call(page, askToken),
    // Suppose that it knows the connection, too.
    await arena.call(
      page,
      `return pass.token('salesos', { connection: ${connection}, scopes: ['leads:read'] })`,
    ),
    await arena.call(
      page,
      `return (await pass.fetch('salesos', '/v1/leads', { connection: ${connection} })).text()`,
    ),
  ]
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ code: 'not-permitted', reason: 'needs-gesture' })
  await arena.expectNoSecret(outcomes)
  expect(arena.apiCalls()).toEqual([])
  await expectServed(arena, crm)
}

attack('permit', 'asks as another site for what a site has a permit for', arena =>
  askAs(arena, `https://${siteHosts.partner}`),
)

attack('permit', 'asks from a host that begins with the name of a permitted one', arena =>
  askAs(arena, `https://${siteHosts.longer}`),
)

attack('permit', 'asks from a host with a hyphen where the permitted one has a dot', arena =>
  askAs(arena, `https://${siteHosts.hyphen}`),
)

attack('permit', 'asks from a host that reads like the permitted one, in Cyrillic', arena =>
  askAs(arena, `https://${siteHosts.cyrillic}`),
)

/** The same words past the bridge; their answer comes after anything that it would have said. */
const ask = "chrome.runtime.sendMessage({ dealpass: 'request', name: 'connections', input: {} })"
const unknown = { ok: false, error: { code: 'not-permitted', reason: 'unknown-caller' } }

attack('sites', 'asks from another port of a permitted host', async arena => {
  await leasing(arena)
  const page = await arena.open(`https://${siteHosts.crm}:8443/blank`)
  await inPage(page, knockAt('window'))
  expect(await inContentScript(page, ask)).toMatchObject(unknown)
  expect(await inContentScript(page, ask)).toMatchObject(unknown)
  const heard = await inPage(page, 'heard')
  await arena.expectNoSecret(heard)
  expect(heard).toEqual([])
})

attack('manifest', 'asks from the http copy of a permitted site', async arena => {
  await leasing(arena)
  const page = await arena.open(`http://${siteHosts.crm}/blank`)
  expect(await arena.call(page, askToken)).toMatchObject({ code: 'not-installed' })
  await expect(inContentScript(page, '1')).rejects.toThrow('no such world')
})

attack('sites', 'asks from a page that is still open after its site was put out', async arena => {
  const origin = `https://${siteHosts.hyphen}`
  await arena.letSiteIn(origin)
  const page = await arena.open(`${origin}/blank`)
  expect(await arena.call(page, 'return pass.connections()')).toEqual({ value: [] })
  await arena.asScreen('leaveSite', { origin })
  const outcomes = [await arena.call(page, 'return pass.connections()'), await arena.call(page, askToken)]
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ code: 'not-permitted', reason: 'unknown-caller' })
  // Nor does it hear on a new wire that we are here.
  await inPage(page, knockAt('window'))
  expect(await inContentScript(page, ask)).toMatchObject(unknown)
  expect(await inContentScript(page, ask)).toMatchObject(unknown)
  expect(await inPage(page, 'heard')).toEqual([])
})
