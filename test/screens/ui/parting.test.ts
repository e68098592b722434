import { createElement } from 'preact'
import { describe, expect, it } from 'vitest'
import { ConnectionButtons } from '../../../src/screens/ui/connection-buttons'
import { parting, partingQuestion } from '../../../src/screens/ui/parting'
import { PartingQuestion } from '../../../src/screens/ui/parting-question'
import type { ConnectionView } from '../../../src/shared/view'
import { exampleConnection, exampleProvider, exampleView } from '../example'
import { Drawn, draw, sent, until } from './drawn'

const token = exampleConnection({ flow: 'personal_token', renews: 'never', label: 'Sync' })
const key = exampleConnection({ flow: 'client_credentials', renews: 'key', isKeyOurs: true })

function row(connection: ConnectionView) {
  const shown = { view: exampleView(), provider: exampleProvider(), connection }
  return draw(
    createElement('div', { 'data-row': connection.id }, [
      createElement(ConnectionButtons, { ...shown, actions: ['disconnect'] }),
      createElement(PartingQuestion, shown),
    ]),
  )
}

describe('partingQuestion', () => {
  it('asks about tokens that may be elsewhere and keys that may be nowhere else, and about nothing else', () => {
    expect([token, key, exampleConnection()].map(partingQuestion)).toEqual(['token', 'key', undefined])
  })
})

describe('PartingQuestion', () => {
  const account = 'Sell – ada@acme.example'

  it('does not stand between a Disconnect that can be undone', () => {
    const drawn = row(exampleConnection())
    drawn.click(`Disconnect ${account}`)
    expect(sent).toEqual([{ name: 'disconnect', input: { connection: 'ada' } }])
  })

  it.each([
    [`Forget here ${account} · Sync`, true],
    [`Revoke at ${account} · Sync`, false],
  ])('asks first about a personal token; %s', async (name, leave) => {
    const drawn = row(token)
    drawn.click(`Disconnect ${account} · Sync`)
    expect(sent).toEqual([])
    await until(() => drawn.buttons.includes(name))
    expect(drawn.text).toContain('This token may be in use elsewhere.')
    expect(drawn.buttons).toEqual([`Forget here ${account} · Sync`, `Revoke at ${account} · Sync`, 'Keep'])
    drawn.click(name)
    expect(sent).toEqual([{ name: 'disconnect', input: { connection: 'ada', leave } }])
  })

  it('asks to keep a copy of a key that is nowhere else', async () => {
    const drawn = row(key)
    drawn.click(`Disconnect ${account}`)
    await until(() => drawn.buttons.includes('Keep'))
    expect(drawn.text).toContain('Sell cannot show this key again. Keep a copy before you forget it.')
    drawn.click(`Forget key ${account}`)
    expect(sent).toEqual([{ name: 'disconnect', input: { connection: 'ada' } }])
  })

  it('has the focus, and gives it back to Disconnect on Escape without sending anything', async () => {
    const drawn = row(token)
    drawn.click(`Disconnect ${account} · Sync`)
    await until(() => Drawn.focused?.localName === 'fieldset')
    const [box] = drawn.all('fieldset')
    box?.fire('keydown', { key: 'x' })
    expect(parting.value).toBe('ada')
    box?.fire('keydown', { key: 'Escape' })
    await until(() => Drawn.focused?.attributes.get('data-action') === 'disconnect')
    expect(drawn.buttons).toEqual([`Disconnect ${account} · Sync`])
    expect(sent).toEqual([])
  })

  it('goes when the connection is disconnected elsewhere', async () => {
    const drawn = row(token)
    drawn.click(`Disconnect ${account} · Sync`)
    await until(() => drawn.buttons.includes('Keep'))
    row({ ...token, status: 'disconnecting' })
    expect(drawn.all('fieldset')).toEqual([])
  })
})
