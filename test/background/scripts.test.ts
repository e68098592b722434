import { describe, expect, it, vi } from 'vitest'
import { connected, give, site, startWithSetup, withProviders } from '../fakes/providers'
import {
  ask,
  restartBrowser,
  restartWorker,
  senders,
  settled,
  startWorker,
  untilView,
  updateExtension,
} from '../fakes/worker'
import { world } from '../fakes/world'

withProviders()

const widget = 'src/content/widgets/salesos-leads.js'
const loader = 'src/content/loader.js'
const address = `${site}/leads/1`
const registered = () => [...world.scripting.registered.values()].flatMap(({ js }) => js)
const token = (connection: string) => ({
  connection,
  use: 'token' as const,
  access: 'read' as const,
  scopes: ['leads:read'],
})

/** SalesOS is connected, and a page of the CRM is open. */
async function ready(): Promise<string> {
  await startWithSetup()
  world.tabs.set(1, address)
  world.tabs.set(2, 'https://other.example/')
  return connected('salesos')
}

describe('settleScripts', () => {
  it('has a provider’s widget run on a CRM that may have tokens of it, as long as that is so', async () => {
    const id = await ready()
    expect(registered()).toEqual([])
    await give([token(id)])
    expect([...world.scripting.registered.values()]).toEqual([
      {
        id: 'widget-salesos',
        matches: [`${site}/*`],
        js: [widget],
        allFrames: false,
        runAt: 'document_idle',
        persistAcrossSessions: true,
      },
    ])
    expect(world.scripting.startsAt(address)).toEqual([widget])
    expect(world.scripting.started).toEqual([{ tabId: 1, file: widget }])
    await ask(senders.options(), 'endPermits', { site })
    expect(registered()).toEqual([])
  })

  it('has none run for calls alone, for another site, or for a provider without one', async () => {
    const id = await ready()
    const sell = await connected('sell')
    await give([{ ...token(id), use: 'fetch' }])
    await give([{ ...token(sell), scopes: ['read', 'profile'] }])
    world.grant('https://crm.example/*')
    await ask(senders.popup(), 'useSite', { origin: 'https://crm.example' })
    await give([token(id)], 'always', { site: 'https://crm.example', page: 'p' })
    expect(registered()).toEqual(['src/content/bridge.js'])
  })

  it('registers each once, whatever happens at once, and starts it once in a page', async () => {
    const id = await ready()
    await Promise.all([give([token(id)], 'once'), give([token(id)], 'run'), give([token(id)], 'always')])
    expect(registered()).toEqual([widget])
    await restartWorker()
    await settled()
    expect(registered()).toEqual([widget])
    expect(world.scripting.started).toHaveLength(1)
  })

  it('lets it go with the browser where its permit did', async () => {
    const id = await ready()
    await give([token(id)])
    await restartBrowser()
    await vi.waitFor(() => expect(registered()).toEqual([]))
  })

  it('lets it go with the connection', async () => {
    const id = await ready()
    await give([token(id)], 'always')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 0)
    await settled()
    expect(registered()).toEqual([])
  })

  it('has it again after an update, which makes the browser forget it', async () => {
    const id = await ready()
    await give([token(id)], 'always')
    await updateExtension()
    await vi.waitFor(() => expect(registered()).toEqual([widget]))
  })
})

describe('startManifestScripts', () => {
  it('starts our loader in the pages that are open when the extension is installed or updated', async () => {
    await startWorker()
    world.granted.add(`${site}/*`)
    world.tabs.set(1, address)
    world.tabs.set(2, 'https://other.example/')
    world.onInstalled.fire({ reason: 'install' })
    await vi.waitFor(() => expect(world.scripting.started).toEqual([{ tabId: 1, file: loader }]))
  })

  it('minds no tab that takes none', async () => {
    await startWorker()
    world.tabs.set(1, address)
    world.granted.delete(`${site}/*`)
    world.tabs.set(3, `${site}/deals/1`)
    world.onInstalled.fire({ reason: 'install' })
    await settled()
    expect(world.scripting.started).toEqual([])
  })

  it('leaves it to Firefox, which does it by itself', async () => {
    world.isFirefox = true
    await startWorker()
    world.granted.add(`${site}/*`)
    world.tabs.set(1, address)
    world.onInstalled.fire({ reason: 'update' })
    await settled()
    expect(world.scripting.started).toEqual([])
  })
})
