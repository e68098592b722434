import { type Arena, attack, expect, inPage } from './arena'
import { knockAt } from './knock'
import { inContentScript } from './worlds'

const evil = 'https://evil.example'

const screens = ['popup', 'options', 'consent', 'entry', 'panel'].map(
  name => `src/screens/${name}/index.html`,
)

/** Documents of ours among all pages and frames that a page has made. */
const ours = (arena: Arena, since: Set<unknown>) =>
  arena.dealpass.context
    .pages()
    .filter(page => !since.has(page))
    .flatMap(page => page.frames().map(frame => frame.url()))
    .filter(url => url.startsWith('chrome-extension:'))

async function frameScreens(arena: Arena, address: string): Promise<void> {
  const before = new Set(arena.dealpass.context.pages())
  const page = await arena.open(address)
  const loaded = await inPage(
    page,
    `Promise.all(${JSON.stringify(screens)}.map(path => new Promise(done => {
      const frame = document.createElement('iframe')
      frame.onload = frame.onerror = done
      frame.src = 'chrome-extension://${arena.dealpass.extensionId}/' + path + '?consent=x'
      document.body.append(frame)
    }))).then(all => all.length)`,
  )
  expect(loaded).toBe(screens.length)
  expect(page.frames()).toHaveLength(screens.length + 1)
  expect(ours(arena, before)).toEqual([])
}

attack('manifest', 'frames our screens in a hostile page', arena => frameScreens(arena, `${evil}/blank`))

attack('manifest', 'frames our screens in a page that was let in', arena =>
  frameScreens(arena, 'https://crm.acme.example/blank'),
)

attack('manifest', 'frames our screens, the panel by its static address, in the CRM', arena =>
  frameScreens(arena, 'https://app.futuresimple.com/leads/1'),
)

attack('manifest', 'opens our screens in windows and goes to them', async arena => {
  const before = new Set(arena.dealpass.context.pages())
  const page = await arena.open(`${evil}/blank`)
  const opened = arena.dealpass.context.waitForEvent('page')
  await inPage(
    page,
    `for (const path of ${JSON.stringify(screens)}) {
      const own = open('about:blank')
      try { own.location = 'chrome-extension://${arena.dealpass.extensionId}/' + path } catch {}
      try { open('chrome-extension://${arena.dealpass.extensionId}/' + path) } catch {}
    }
    undefined`,
  )
  await opened
  // One of its own comes last, and through.
  await inPage(page, `open('${evil}/child'); undefined`)
  const urls = () => arena.dealpass.context.pages().map(one => one.url())
  await expect.poll(urls).toContain(`${evil}/child`)
  expect(ours(arena, before)).toEqual([])
})

attack('manifest', 'loads files of ours to see whether we are here', async arena => {
  const page = await arena.open(`${evil}/blank`)
  const paths = [
    'manifest.json',
    'icons/16.png',
    'src/content/bridge.js',
    'src/content/loader.js',
    ...screens,
  ]
  const tell = (id: string) => `(async () => {
    const told = []
    for (const path of ${JSON.stringify(paths)}) {
      const address = 'chrome-extension://${id}/' + path
      told.push(await fetch(address).then(({ status }) => status, ({ name, message }) => name + message))
      told.push(await fetch(address, { mode: 'no-cors' }).then(({ type }) => type, ({ name, message }) => name + message))
      for (const tag of ['img', 'script', 'link'])
        told.push(await new Promise(done => {
          const element = Object.assign(document.createElement(tag), { rel: 'stylesheet' })
          element.onload = () => done('load')
          element.onerror = () => done('error')
          element[tag === 'link' ? 'href' : 'src'] = address
          document.head.append(element)
        }))
    }
    return told
  })()`
  const told = await inPage(page, tell(arena.dealpass.extensionId))
  expect(told).toEqual(await inPage(page, tell('a'.repeat(32))))
  expect(told).not.toContain('load')
})

attack('manifest', 'speaks to the extension from a page', async arena => {
  for (const origin of [evil, 'https://crm.acme.example']) {
    const page = await arena.open(`${origin}/blank`)
    const message = JSON.stringify({ dealpass: 'request', name: 'connections', input: {} })
    const told = await inPage(
      page,
      `(async () => {
        const { runtime } = globalThis.chrome ?? {}
        if (!runtime) return { api: 'none' }
        const id = '${arena.dealpass.extensionId}'
        const answer = new Promise(done => runtime.sendMessage(id, ${message}, reply => done(reply ?? 'no answer')))
        return { api: Object.keys(runtime), answer: await Promise.race([answer, new Promise(late => setTimeout(late, 500, 'silence'))]) }
      })()`,
    )
    await arena.expectNoSecret(told)
    expect(told).toEqual({ api: 'none' })
  }
})

attack('manifest', 'knocks and looks around on a site that was never let in', async arena => {
  const page = await arena.open(`${evil}/blank`)
  await inPage(page, knockAt('window'))
  expect(await arena.call(page, 'return pass.connections()')).toMatchObject({ code: 'not-installed' })
  expect(await inPage(page, 'heard')).toEqual([])
  await expect(inContentScript(page, '1')).rejects.toThrow('no such world')
  const traces = await inPage(
    page,
    `[...Reflect.ownKeys(globalThis), ...document.documentElement.getAttributeNames(), ...document.querySelectorAll('*')]
      .map(one => one.outerHTML ?? String(one)).filter(text => /dealpass|extension:/i.test(text) && text !== 'Dealpass')`,
  )
  expect(traces).toEqual([])
})
