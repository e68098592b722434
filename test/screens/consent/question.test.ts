import { signal } from '@preact/signals'
import { createElement } from 'preact'
import { describe, expect, it, vi } from 'vitest'
import { Question } from '../../../src/screens/consent/question'
import { limits } from '../../../src/shared/limits'
import type { Ask, ConsentView, View } from '../../../src/shared/view'
import {
  exampleConnection as connection,
  exampleSetup,
  exampleView,
  one,
  examplePermit as permit,
} from '../example'
import { Drawn, draw, press, refuse, sent, until } from '../ui/drawn'

const ask: Ask = { provider: one, use: 'fetch', access: 'read', scopes: ['read'] }
const ada = connection()
const bob = connection({ id: 'bob', account: { id: '2', email: 'bob@acme.example' } })
const key = connection({ id: 'key', account: { id: '3', name: 'Key' }, renews: 'key' })

function question(changes: Partial<View> = {}, asks: Partial<ConsentView> = {}, isDecided = signal(false)) {
  const consent = { id: 'c', site: 'https://crm.example', page: 'page', asks: [ask], ...asks }
  const view = exampleView({ connections: [ada], ...changes })
  return draw(createElement(Question, { view, consent, isDecided }))
}

const isDead = (drawn: Drawn) => drawn.button('Allow').attributes.get('aria-disabled') === 'true'
const armed = (drawn: Drawn) => until(() => !isDead(drawn))
const radios = (drawn: Drawn) =>
  drawn.all('label').map(label => `${label.all('input')[0]?.checked ? '●' : '○'} ${label.text}`)

function radio(drawn: Drawn, text: string): Drawn {
  const input = drawn
    .all('label')
    .find(label => label.text === text)
    ?.all('input')[0]
  if (!input) throw new Error(`There is no ${text}, only ${radios(drawn).join(', ')}.`)
  return input
}

const choose = (drawn: Drawn, text: string) => radio(drawn, text).fire('change', { isTrusted: true })
const decisions = () => sent.filter(({ name }) => name === 'decide').map(({ input }) => input)

describe('Question', () => {
  it('names the site with scheme, host and port', () => {
    const drawn = question({}, { site: 'https://xn--crm-5qa.example:8443' })
    expect(drawn.all('h1')[0]?.text).toBe('Mayhttps://xn--crm-5qa.example:8443use your logins?')
  })

  it('has the focus on Deny', async () => {
    const drawn = question()
    await until(() => Drawn.focused !== undefined)
    expect(Drawn.focused).toBe(drawn.button('Deny'))
  })

  it('says no by Deny, with no login', () => {
    question().click('Deny')
    expect(decisions()).toEqual([{ consent: 'c', allow: false, until: 'run', connections: [] }])
  })

  it('says no by Escape', async () => {
    question()
    await until(() => {
      press('Escape')
      return sent.length > 0
    })
    press('Escape')
    expect(decisions()).toEqual([{ consent: 'c', allow: false, until: 'run', connections: [] }])
  })

  it('lets nobody allow in the first half second, and no script ever', async () => {
    const start = performance.now()
    const drawn = question()
    drawn.click('Allow')
    await armed(drawn)
    expect(performance.now() - start).toBeGreaterThanOrEqual(limits.allowDelay)
    drawn.button('Allow').fire('click', { isTrusted: false, detail: 1 })
    expect(sent).toEqual([])
    drawn.click('Allow')
    expect(decisions()).toEqual([{ consent: 'c', allow: true, until: 'run', connections: ['ada'] }])
  })

  it('is dead again from the moment that what is asked becomes another', async () => {
    const drawn = question()
    await armed(drawn)
    const wider = [{ ...ask, scopes: ['read', 'profile'] }]
    question({}, { asks: wider })
    expect(isDead(drawn)).toBe(true)
    await armed(drawn)
    question({ connections: [bob] }, { asks: wider })
    expect(isDead(drawn)).toBe(true)
    await armed(drawn)
    question({ connections: [bob], departures: [] }, { asks: wider })
    expect(isDead(drawn)).toBe(false)
  })

  it('goes on where the background refuses, and says why', async () => {
    refuse({ code: 'stopped' })
    const drawn = question()
    drawn.click('Deny')
    await until(() => drawn.text.includes('Everything is stopped.'))
    drawn.click('Deny')
    await until(() => sent.length === 2)
  })

  describe('for how long', () => {
    it('offers all that the rules leave, for the browser run until the user chooses', async () => {
      const drawn = question()
      expect(radios(drawn)).toEqual(['○ Once', '● Until the browser closes', '○ For 8 hours', '○ Always'])
      choose(drawn, 'Once')
      await until(() => drawn.text.includes('Until this page is closed or loaded again.'))
      choose(drawn, 'For 8 hours')
      await until(() => /Until \d.*, or until you end it/.test(drawn.text))
      drawn.click('Deny')
      expect(decisions()).toEqual([expect.objectContaining({ until: 'hours' })])
    })

    it('takes no choice that a script made', async () => {
      const drawn = question()
      radio(drawn, 'Always').fire('change', { isTrusted: false })
      const preventDefault = vi.fn()
      radio(drawn, 'Always').fire('click', { isTrusted: false, preventDefault })
      expect(preventDefault).toHaveBeenCalled()
      radio(drawn, 'Always').fire('click', { isTrusted: true, preventDefault })
      expect(preventDefault).toHaveBeenCalledTimes(1)
      // Anything that was chosen would be drawn by now.
      await new Promise(done => setTimeout(done, 50))
      drawn.click('Deny')
      expect(decisions()).toEqual([expect.objectContaining({ until: 'run' })])
    })

    it('takes nothing longer than rules that came meanwhile', async () => {
      const drawn = question()
      choose(drawn, 'Always')
      await until(() => drawn.text.includes('under Options'))
      question({ setup: exampleSetup({ rules: { longestPermit: 'once' } }) })
      expect(radios(drawn)).toEqual(['● Once'])
    })
  })

  describe('as whom', () => {
    it('names the only login', () => {
      const drawn = question()
      expect(drawn.text).toContain('as ada@acme.example')
      expect(drawn.text).not.toContain('Account')
    })

    it('lets the user choose of several, and sends the choice', async () => {
      const asks: Ask[] = [{ ...ask, use: 'token' }]
      const drawn = question({ connections: [key, ada, bob] }, { asks })
      expect(radios(drawn).slice(0, 3)).toEqual(['○ Key', '● ada@acme.example', '○ bob@acme.example'])
      expect(drawn.all('p[id=account-0]')[0]?.text).toBe('Account')
      expect(radio(drawn, 'Key').attributes.has('disabled')).toBe(true)
      expect(drawn.text).toContain('logins of this kind are never handed to a page')
      choose(drawn, 'bob@acme.example')
      await until(() => radio(drawn, 'bob@acme.example').checked)
      await armed(drawn)
      drawn.click('Allow')
      expect(decisions()).toEqual([expect.objectContaining({ allow: true, connections: ['bob'] })])
    })

    it('cannot be allowed with a login that does not fit', async () => {
      const drawn = question({ connections: [key] }, { asks: [{ ...ask, use: 'token' }] })
      expect(drawn.text).toContain('None of your logins at Sell can do this.')
      expect(drawn.text).toContain('Nothing can be allowed as long as a login is missing above.')
      await new Promise(done => setTimeout(done, limits.allowDelay + 200))
      expect(isDead(drawn)).toBe(true)
      drawn.click('Allow')
      expect(sent).toEqual([])
    })

    it('can be connected here', async () => {
      const drawn = question({ connections: [] })
      expect(drawn.text).toContain('Sell is not connected yet.')
      expect(isDead(drawn)).toBe(true)
      drawn.click('Connect Sell')
      expect(sent).toEqual([{ name: 'connect', input: { provider: one } }])
      const attempt = { id: 'a', provider: one, startedAt: 1 }
      question({ connections: [], attempts: [{ ...attempt, status: 'running' }] })
      expect(drawn.text).toContain('Connecting · sign in in the window that opened')
      drawn.click('Cancel Sell')
      expect(sent[1]).toEqual({ name: 'cancel', input: { attempt: 'a' } })
      const fault = { code: 'cancelled' } as const
      question({ connections: [], attempts: [{ ...attempt, status: 'failed', fault }] })
      expect(drawn.text).toContain('The sign-in window was closed.')
      question()
      expect(drawn.text).toContain('as ada@acme.example')
      await armed(drawn)
    })

    it('offers no other login in place of one that is named and gone', () => {
      const drawn = question({}, { asks: [{ ...ask, connection: 'gone' }] })
      expect(drawn.text).toContain('This login of Sell is no longer there.')
      expect(drawn.buttons).toEqual(['Deny', 'Allow'])
    })
  })

  describe('what', () => {
    const token = { ...ask, use: 'token' } as const

    it('says how long a token works whatever happens', () => {
      const drawn = question({}, { asks: [token], tokenLife: 60_000 })
      expect(drawn.text).toMatch(
        /It gets a token of its own: it can act as you until \d{1,2}:\d\d.*, even if you change your mind\./,
      )
      expect(question({}, { asks: [token] }).text).toContain('it can act as you until that token ends')
    })

    it('says that the site wants more, and what it has', () => {
      const drawn = question({ permits: [permit({ scopes: ['read', 'profile'] })] }, { asks: [token] })
      expect(drawn.all('h1')[0]?.text).toBe('https://crm.examplewants more than you have allowed')
      expect(drawn.text).toContain('It now gets a token of its own')
      expect(drawn.text).toContain('Already allowed: ')
      expect(drawn.text).not.toContain('May read')
    })

    it('says so where all of it is allowed by now', () => {
      expect(question({ permits: [permit()] }).text).toContain('It may do all this already with this login.')
    })
  })
})
