import { createElement } from 'preact'
import { describe, expect, it, vi } from 'vitest'
import { Connections } from '../../../src/screens/options/connections'
import { CurrentSetup } from '../../../src/screens/options/current-setup'
import { OtherWays } from '../../../src/screens/options/other-ways'
import { RedirectAddresses } from '../../../src/screens/options/redirect-addresses'
import { Security } from '../../../src/screens/options/security'
import type { Attempt, ConnectionView, ProviderView, Way } from '../../../src/shared/view'
import { exampleConnection, exampleProvider, exampleSetup, exampleView, one, other } from '../example'
import { browserAsked, draw, sent } from '../ui/drawn'

const south = { label: 'South', clientId: 'south' }
const ways: Way[] = [
  { flow: 'implicit', needsEntry: false },
  { flow: 'client_credentials', key: south, needsEntry: false },
  { flow: 'personal_token', needsEntry: true },
  { flow: 'authorization_code', needsEntry: false },
]
const providers = [exampleProvider(one, { ways }), exampleProvider(other)]

describe('OtherWays', () => {
  it('is not there where Connect is the only way', () => {
    expect(draw(createElement(OtherWays, { view: exampleView() })).text).toBe('')
  })

  it('offers all ways but the first, each with what it means', () => {
    const drawn = draw(createElement(OtherWays, { view: exampleView({ providers }) }))
    expect(drawn.buttons).toEqual([
      'Connect Sell – South',
      'Connect Sell with a personal token',
      'Connect Sell with a sign-in by one-time code',
    ])
    expect(drawn.text).toContain('It has no end: whoever gets hold of it')
    expect(drawn.text).not.toContain('SalesOS')
    for (const name of drawn.buttons) drawn.click(name)
    expect(sent.map(({ input }) => input)).toEqual([
      { provider: one, flow: 'client_credentials', key: 'south' },
      { provider: one, flow: 'authorization_code' },
    ])
    expect(browserAsked.windows).toHaveLength(1)
  })

  it('shows how such an attempt goes', () => {
    const attempt: Attempt = {
      id: 'a',
      provider: one,
      flow: 'client_credentials',
      status: 'running',
      startedAt: 1,
    }
    const drawn = draw(createElement(OtherWays, { view: exampleView({ providers, attempts: [attempt] }) }))
    expect(drawn.text).toContain('Connecting · asking Sell')
    drawn.click('Cancel Sell')
    expect(sent).toEqual([{ name: 'cancel', input: { attempt: 'a' } }])
    const attempts: Attempt[] = [{ ...attempt, status: 'failed', fault: { code: 'provider-unreachable' } }]
    draw(createElement(OtherWays, { view: exampleView({ providers, attempts }) }))
    expect(drawn.text).toContain('Sell does not answer')
    draw(
      createElement(OtherWays, {
        view: exampleView({ providers, attempts: [{ ...attempts[0], flow: undefined } as Attempt] }),
      }),
    )
    expect(drawn.text).not.toContain('Sell does not answer')
  })
})

describe('Connections', () => {
  it('says which logins go through the company’s relay, and that it keeps a key', () => {
    const relay = { host: 'relay.acme.example' }
    const said = (changes: Partial<ConnectionView>, provider: Partial<ProviderView> = { relay }) => {
      const view = exampleView({
        providers: [exampleProvider(one, provider)],
        connections: [exampleConnection(changes)],
      })
      return draw(createElement(Connections, { view })).text
    }
    const through = 'Through your company’s relay: relay.acme.example.'
    expect(said({ flow: 'authorization_code', renews: 'refresh' })).toContain(through)
    expect(said({ flow: 'personal_token', renews: 'never' })).not.toContain(through)
    expect(said({ flow: 'authorization_code', renews: 'refresh' }, {})).not.toContain('relay')
    expect(said({ flow: 'client_credentials', renews: 'key' })).toContain('the relay keeps it')
    expect(said({ flow: 'client_credentials', renews: 'key' }, {})).toContain('renewed with the key')
  })
})

describe('Security', () => {
  it('switches weaker flows on and off', () => {
    const drawn = draw(createElement(Security, { view: exampleView() }))
    drawn.click('Weaker flows')
    draw(createElement(Security, { view: exampleView({ weakerFlows: true }) }))
    expect(drawn.button('Weaker flows').attributes.get('aria-checked')).toBe('true')
    drawn.click('Weaker flows')
    expect(sent.map(({ input }) => input)).toEqual([{ on: true }, { on: false }])
  })

  it('does not where the setup has no such flow', () => {
    const setup = exampleSetup({ rules: { flows: ['implicit'] } })
    const drawn = draw(createElement(Security, { view: exampleView({ weakerFlows: true, setup }) }))
    const button = drawn.button('Weaker flows')
    expect(button.attributes.get('aria-disabled')).toBe('true')
    expect(button.attributes.get('aria-checked')).toBe('false')
    drawn.click('Weaker flows')
    expect(sent).toEqual([])
    expect(drawn.text).toContain('Your company’s setup does not allow this.')
  })

  it('does where the setup has it', () => {
    const setup = exampleSetup({ rules: { flows: ['implicit', 'password'] } })
    draw(createElement(Security, { view: exampleView({ setup }) })).click('Weaker flows')
    expect(sent).toEqual([{ name: 'weakerFlows', input: { on: true } }])
  })
})

describe('CurrentSetup', () => {
  const setup = exampleSetup({
    providers: { [one]: { clientId: 'one', hasSecret: true, keys: [south] } },
    rules: { keepReceiptsDays: 7 },
  })

  it('says what is configured, but no secret', () => {
    const drawn = draw(createElement(CurrentSetup, { view: exampleView({ setup }) }))
    expect(drawn.text).toContain('Client id one')
    expect(drawn.text).toContain('Has a client secret.')
    expect(drawn.text).toContain('Has keys: South.')
    expect(drawn.text).toContain('The activity log goes back 7 days.')
    expect(drawn.text).not.toContain('SalesOS')
  })

  it('exports it as a file that the setup’s own text is in', async () => {
    const files: Blob[] = []
    const clicked: string[] = []
    vi.stubGlobal(
      'URL',
      Object.assign(class extends URL {}, {
        createObjectURL: (blob: Blob) => `blob:${files.push(blob)}`,
        revokeObjectURL: () => undefined,
      }),
    )
    const link = { href: '', download: '', click: () => clicked.push(`${link.href} ${link.download}`) }
    vi.stubGlobal('document', Object.assign(document, { createElement: () => link }))
    draw(createElement(CurrentSetup, { view: exampleView({ setup }) })).click('Export setup')
    expect(clicked).toEqual(['blob:1 dealpass-setup.json'])
    expect(JSON.parse((await files[0]?.text()) ?? '')).toMatchObject({ version: 1, providers: [{ id: one }] })
  })
})

describe('RedirectAddresses', () => {
  it('lists every provider but those that never send the browser anywhere', () => {
    const direct = exampleProvider(one, { isSignedInAt: false })
    const names = (view = exampleView()) =>
      draw(createElement(RedirectAddresses, { view }))
        .all('strong')
        .map(({ text }) => text)
    expect(names()).toEqual(['Sell', 'SalesOS'])
    expect(names(exampleView({ providers: [direct, exampleProvider(other, { ways: [] })] }))).toEqual([
      'SalesOS',
    ])
  })
})
