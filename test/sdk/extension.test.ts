import { describe, expect, it, vi } from 'vitest'
import { extensionRuntime, extensionWire } from '../../src/sdk/extension'
import { portTransport } from '../../src/shared/port'
import { requester } from '../../src/shared/request'
import { installed } from '../fakes/extension'
import { stubDocument } from '../fakes/page'
import { wordsOf } from '../fakes/words'
import { settled, until } from '../fakes/worker'

describe('extensionRuntime', () => {
  it.each([undefined, null, {}, { runtime: undefined }, { runtime: {} }, { runtime: { id: '' } }])(
    'is none in %j',
    browser => {
      vi.stubGlobal('browser', browser)
      expect(extensionRuntime()).toBeUndefined()
    },
  )

  it('is the browser’s where there is one', () => {
    const { runtime } = installed(() => undefined)
    expect(extensionRuntime()).toBe(runtime)
  })
})

describe('extensionWire', () => {
  const ask = () => requester(portTransport(extensionWire).send)

  it('carries requests and replies over one port', async () => {
    stubDocument()
    const { ports, sent } = installed(({ name }) => [name])
    const asking = ask()
    expect(await Promise.all([asking('connections', {}), asking('connections', {})])).toEqual([
      ['connections'],
      ['connections'],
    ])
    expect(ports).toHaveLength(1)
    expect(sent).toHaveLength(2)
  })

  it('opens another port when the background was stopped', async () => {
    stubDocument()
    const { ports, end } = installed(() => [])
    const asking = ask()
    await asking('connections', {})
    end()
    await settled()
    await asking('connections', {})
    expect(ports).toHaveLength(2)
  })

  it('opens another port in a page that comes back from the back-forward cache, whose port is dead and silent', async () => {
    const document = stubDocument()
    const { ports } = installed(() => [])
    const asking = ask()
    await asking('connections', {})
    document.comeBack(false)
    await asking('connections', {})
    expect(ports).toHaveLength(1)
    document.comeBack()
    await asking('connections', {})
    expect(ports).toHaveLength(2)
    document.comeBack()
    await asking('connections', {})
    expect(ports).toHaveLength(3)
  })

  it('reads why a port has ended, or Chromium logs it as an error of the page', async () => {
    stubDocument()
    const { runtime, end } = installed(() => [])
    let reads = 0
    Object.defineProperty(runtime, 'lastError', {
      get: () => {
        reads += 1
      },
    })
    await ask()('connections', {})
    end()
    await until(() => reads > 0)
  })

  it('says not-installed where the extension was updated under the page', async () => {
    stubDocument()
    const { update } = installed(() => [])
    const asking = ask()
    await asking('connections', {})
    update()
    await settled()
    expect(await wordsOf(asking('connections', {}))).toBe('not-installed: updated')
  })

  it('listens for that no longer than it has a port', async () => {
    const document = stubDocument()
    const { end } = installed(() => [])
    const signals: AbortSignal[] = []
    const { addEventListener } = document.window
    vi.stubGlobal(
      'addEventListener',
      (type: string, listener: EventListener, options: { signal: AbortSignal }) => {
        signals.push(options.signal)
        addEventListener.call(document.window, type, listener, options)
      },
    )
    const asking = ask()
    await asking('connections', {})
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    end()
    await settled()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    const wire = await extensionWire({ message: () => {}, end: () => {} })
    wire.close?.()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  })

  it('opens no port for a page that the browser has fetched ahead, until somebody goes to it', async () => {
    const document = stubDocument()
    document.prerendering = true
    const { ports } = installed(() => ['here'])
    const asked = ask()('connections', {})
    await settled()
    expect(ports).toEqual([])
    document.activate()
    expect(await asked).toEqual(['here'])
  })
})
