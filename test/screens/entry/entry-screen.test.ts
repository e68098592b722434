import { createElement } from 'preact'
import { describe, expect, it } from 'vitest'
import { EntryScreen } from '../../../src/screens/entry/entry-screen'
import { view } from '../../../src/screens/ui/use-view'
import type { Attempt, Flow, View } from '../../../src/shared/view'
import { exampleConnection, exampleProvider, exampleView, one } from '../example'
import { browserAsked, Drawn, draw, refuse, sent, until } from '../ui/drawn'

const ways = (['password', 'personal_token', 'client_credentials'] as const).map(flow => ({
  flow,
  needsEntry: true,
}))
const providers = [exampleProvider(one, { ways })]

function open(flow: Flow, changes: Partial<View> = {}, connectionId?: string): Drawn {
  view.value = exampleView({ providers, ...changes })
  return draw(createElement(EntryScreen, { providerId: one, flow, connectionId }))
}

const field = (drawn: Drawn, name: string) => drawn.all(`input[name=${name}]`)[0] as Drawn
function type(drawn: Drawn, values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) field(drawn, name).value = value
  drawn.all('form')[0]?.fire('submit')
}
const alerts = (drawn: Drawn) => drawn.all('[role=alert]').map(({ text }) => text)
const status = (drawn: Drawn) => drawn.all('[role=status]')[0]?.text

function attemptOf(changes: Partial<Attempt> = {}): Attempt {
  return { id: 'a', provider: one, status: 'running', startedAt: Date.now() + 1, ...changes }
}

/** Sends a personal token; gives the screen with its attempt under way. */
async function underWay(): Promise<Drawn> {
  const drawn = open('personal_token')
  type(drawn, { label: 'Sync', token: 'abc' })
  view.value = exampleView({ providers, attempts: [attemptOf({ flow: 'personal_token' })] })
  await until(() => status(drawn)?.includes('asking') === true)
  // The effect that remembers the attempt comes after the drawing.
  await new Promise(resolve => setTimeout(resolve, 60))
  return drawn
}

describe('EntryScreen', () => {
  it.each([
    ['password', ['User name', 'Password'], 'is sent to sell.example once and is not kept'],
    ['personal_token', ['Name', 'Personal token'], 'never handed to a page'],
    ['client_credentials', ['Label', 'Client id', 'Client secret'], 'Sell cannot show this key again'],
  ] as const)('asks for what %s needs, and says where it goes', (flow, labels, sentence) => {
    const drawn = open(flow)
    expect(drawn.all('h1')[0]?.text).toBe('Connect Sell')
    expect(drawn.all('label').map(({ text }) => text)).toEqual(labels)
    expect(drawn.all('strong').map(({ text }) => text)).toEqual(['sell.example'])
    expect(drawn.text).toContain(sentence)
  })

  it('sends what was entered once, then asks for the host, and keeps no secret in its field', async () => {
    const drawn = open('password')
    type(drawn, { username: ' ada ', password: 'p w' })
    const entry = { flow: 'password', username: 'ada', password: 'p w' }
    expect(sent).toEqual([{ name: 'connect', input: { provider: one, flow: 'password', entry } }])
    expect(browserAsked.origins).toEqual([['https://sell.example/*']])
    expect([field(drawn, 'username').value, field(drawn, 'password').value]).toEqual([' ada ', ''])
    await until(() => status(drawn) === 'Connecting')
    type(drawn, { password: 'again' })
    expect(sent).toHaveLength(1)
  })

  it('sends nothing where a field is wrong, says so at the field and keeps what was typed', async () => {
    const drawn = open('personal_token')
    type(drawn, { label: '', token: 'a b' })
    await until(() => alerts(drawn).length === 2)
    expect(alerts(drawn)).toEqual([
      'Name is missing. Fill it in.',
      'Personal token has a space or a line break inside. Copy it again, and nothing else.',
    ])
    const token = field(drawn, 'token')
    expect(token.attributes.get('aria-invalid')).toBe('true')
    expect(token.attributes.get('aria-describedby')).toBe('token-fault')
    expect(token.value).toBe('a b')
    expect([sent, browserAsked.origins]).toEqual([[], []])
    await until(() => Drawn.focused === field(drawn, 'label'))
  })

  it('shows the token on demand', async () => {
    const drawn = open('personal_token')
    expect(field(drawn, 'token').attributes.get('type')).toBe('password')
    drawn.click('Show')
    await until(() => field(drawn, 'token').attributes.get('type') === 'text')
    expect(drawn.button('Show').attributes.get('aria-pressed')).toBe('true')
  })

  it('shows how the attempt fails, and can be sent again', async () => {
    const drawn = await underWay()
    const fault = { code: 'provider-unreachable' } as const
    view.value = exampleView({ providers, attempts: [attemptOf({ status: 'failed', fault })] })
    await until(() => alerts(drawn).length === 1)
    expect(alerts(drawn)[0]).toMatch(/^Sell does not answer/)
    expect(field(drawn, 'label').value).toBe('Sync')
    await until(() => Drawn.focused === field(drawn, 'token'))
    type(drawn, { token: 'def' })
    expect(sent).toHaveLength(2)
  })

  it('says that an attempt was taken back elsewhere', async () => {
    const drawn = await underWay()
    const fault = { code: 'cancelled' } as const
    view.value = exampleView({ providers, attempts: [attemptOf({ status: 'failed', fault })] })
    await until(() => alerts(drawn)[0] === 'This was cancelled. Click Connect to try again.')
  })

  it('says who is connected, and closes itself', async () => {
    const drawn = await underWay()
    const made = exampleConnection({ flow: 'personal_token', label: 'Sync', connectedAt: Date.now() + 1 })
    view.value = exampleView({ providers, connections: [made] })
    await until(() => status(drawn) === 'Connected as ada@acme.example · Sync')
    expect(window.close).not.toHaveBeenCalled()
    await new Promise(resolve => setTimeout(resolve, 1_700))
    expect(window.close).toHaveBeenCalledOnce()
  })

  it('takes an attempt back on Cancel and closes', async () => {
    const drawn = await underWay()
    drawn.click('Cancel')
    expect(sent.at(-1)).toEqual({ name: 'cancel', input: { attempt: 'a' } })
    await new Promise(resolve => setTimeout(resolve))
    expect(window.close).toHaveBeenCalledOnce()
  })

  it('says what the background refuses', async () => {
    const drawn = open('personal_token')
    refuse({ code: 'stopped', message: '' })
    type(drawn, { label: 'Sync', token: 'abc' })
    await until(() => alerts(drawn).length === 1)
    expect(alerts(drawn)[0]).toMatch(/^Everything is stopped/)
  })

  it('sends nothing while another sign-in at the provider is under way, and keeps all that was typed', async () => {
    const drawn = open('personal_token', { attempts: [attemptOf({ connection: 'bob', startedAt: 1 })] })
    type(drawn, { label: 'Sync', token: 'abc' })
    await until(() => alerts(drawn).length === 1)
    expect(alerts(drawn)[0]).toMatch(/^Another sign-in at Sell is under way/)
    expect(field(drawn, 'token').value).toBe('abc')
    expect(sent).toEqual([])
  })

  it('enters a connection anew, under its name', () => {
    const connections = [exampleConnection({ flow: 'personal_token', label: 'Sync' })]
    const drawn = open('personal_token', { connections }, 'ada')
    expect(drawn.text).toContain('once more for ada@acme.example · Sync')
    expect(field(drawn, 'label').value).toBe('Sync')
    type(drawn, { token: 'abc' })
    expect(sent[0]?.input).toMatchObject({ provider: one, connection: 'ada', entry: { token: 'abc' } })
  })

  it.each([
    ['a flow without anything to enter', 'implicit', undefined],
    ['a connection that was made another way', 'password', 'ada'],
    ['a connection that is gone', 'password', 'eve'],
  ] as const)('offers nothing for %s', (_, flow, connection) => {
    const drawn = open(flow, { connections: [exampleConnection()] }, connection)
    expect(drawn.all('input')).toEqual([])
    expect(alerts(drawn)[0]).toMatch(/^Nothing can be entered here now/)
  })

  it('offers nothing that the provider’s ways do not have', () => {
    const drawn = open('password', { providers: [exampleProvider(one)] })
    expect(drawn.all('input')).toEqual([])
  })
})
