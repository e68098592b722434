import { attack, expect, inPage } from './arena'
import { fetching, reader } from './brokered'
import { openWire } from './raw-wire'

/** Everything that a page's scripts can look at. */
const everywhere = `(() => {
  const seen = new Set()
  const texts = []
  const look = (value, depth) => {
    if (typeof value === 'string') texts.push(value)
    if (Object(value) !== value || depth > 4 || seen.has(value)) return
    seen.add(value)
    for (const key of Reflect.ownKeys(value)) {
      texts.push(String(key))
      try { look(value[key], depth + 1) } catch {}
    }
  }
  look(globalThis, 0)
  return [
    ...texts,
    document.documentElement.outerHTML,
    ...performance.getEntries().map(entry => JSON.stringify(entry)),
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, name, document.referrer]),
  ].join('\\n')
})()`

attack('echo', 'looks through a whole page for what a brokered call left there', async arena => {
  const page = await reader(arena)
  const logged: string[] = []
  page.on('console', message => logged.push(message.text()))
  page.on('pageerror', error => logged.push(`${error.message} ${error.stack}`))
  await inPage(
    page,
    `globalThis.caught = []
    for (const type of ['error', 'unhandledrejection', 'message', 'securitypolicyviolation'])
      addEventListener(type, ({ message, reason, data }) => caught.push(String(message ?? reason?.stack ?? JSON.stringify(data))))
    new PerformanceObserver(list => caught.push(JSON.stringify(list.getEntries()))).observe({ type: 'resource', buffered: true })
    undefined`,
  )
  await openWire(page)
  for (const path of ['/v2/leads', '/v2/leads/1', '/v2/nothing'])
    expect(await arena.call(page, fetching('sell', path))).toHaveProperty('value')
  // An API that shows what it was sent, and one that is not there.
  arena.sandbox.set('sell', { fault: { path: '/v2/leads', echo: 'body' } })
  const echoed = await arena.call(page, fetching('sell', '/v2/leads'))
  const thrown = await inPage(
    page,
    `Dealpass.dealpass().then(pass => pass.fetch('sell', '/v2/leads')).catch(error => { globalThis.kept = error
      return JSON.stringify([error, Object.getOwnPropertyNames(error).map(name => error[name]), String(error.stack), String(error.cause)]) })`,
  )
  const found = (await inPage(page, everywhere)) as string
  expect(found.length).toBeGreaterThan(1_000)
  await arena.expectNoSecret(found, logged, echoed, thrown)
  // A page learns nothing of us but through the SDK: no address of the API was loaded by it.
  expect(found).not.toMatch(/api\.getbase\.com\/v2\/leads"|chrome-extension:/)
})

attack('news', 'listens for what happens to logins that it has no permit for', async arena => {
  const page = await reader(arena)
  await openWire(page)
  const { connections } = await arena.view()
  const idOf = (provider: string) => connections.find(known => known.provider === provider)?.id ?? ''
  const heard = () => inPage(page, 'wire.heard.filter(message => !message.reply)') as Promise<object[]>
  const disturb = async (connection: string) => {
    await arena.asScreen('disconnect', { connection })
    await arena.asScreen('undo', { connection })
    // What was posted before is heard before.
    await inPage(page, "wire.ask('connections', {})")
  }
  await disturb(idOf('salesos'))
  expect(await heard()).toEqual([])
  // Of its own it hears a word, and no more than that.
  await disturb(idOf('sell'))
  const news = await heard()
  expect(news).toEqual([{ news: 'ended' }, { news: 'recovered' }])
  await arena.expectNoSecret(news)
})

attack('ports', 'takes back what another page asked, by guessing its number', async arena => {
  const asking = await arena.open('https://crm.acme.example/blank')
  const { question, outcome } = await arena.ask(asking, "return pass.token('sell')")
  const thief = await arena.open('https://partner.acme.example/blank')
  await openWire(thief)
  await inPage(
    thief,
    `for (let id = -10; id < 2_000; id++) wire.post({ abort: id })
    for (const abort of [NaN, Infinity, '1', null, true, {}, [1], 1n]) try { wire.post({ abort }) } catch {}
    // Under the number of somebody else's request, and twice under one's own.
    for (const id of [1, 2, 2, 3, 3, 3]) wire.post({ id, name: 'connections', input: {} })
    wire.ask('connections', {})`,
  )
  expect((await arena.view()).consents).toHaveLength(1)
  expect(question.isClosed()).toBe(false)
  await question.getByRole('button', { name: 'Deny' }).click()
  const late = new Promise(resolve => setTimeout(resolve, 2_000, { code: 'pending' }))
  expect(await Promise.race([outcome, late])).toMatchObject({ code: 'not-permitted' })
  // The thief was answered for its own questions, and with nothing.
  const heard = (await inPage(thief, 'wire.heard')) as { reply: { value: unknown } }[]
  expect(heard.length).toBeGreaterThan(0)
  for (const { reply } of heard) expect(reply).toEqual({ ok: true, value: [] })
})

attack('ports', 'asks under numbers that are none', async arena => {
  const page = await reader(arena)
  await openWire(page)
  const answered = (await inPage(
    page,
    `(async () => {
      for (const id of ['1', null, undefined, {}, [], true, 1n, new Map([[1, 1]]), 'constructor', '__proto__'])
        wire.post({ id, name: 'fetch', input: { provider: 'sell', path: '/v2/leads' } })
      await wire.ask('connections', {})
      return wire.heard.length
    })()`,
  )) as number
  expect(answered).toBe(1)
  expect(arena.apiCalls()).toEqual([])
})
