import { describe, expect, it } from 'vitest'
import { errorCodes, type Reason, reasons, siteCodes, siteReasons } from '../../src/shared/errors'
import { errorTexts, reasonTexts, sentenceOf } from '../../src/shared/texts/errors'
import { pageTexts } from '../../src/shared/texts/page'
import { siteReasonTexts, siteSentenceOf } from '../../src/shared/texts/page-errors'
import * as screens from '../../src/shared/texts/screens'

const errors = [errorTexts, reasonTexts, siteReasonTexts].flatMap(table => Object.values(table))

describe('sentenceOf', () => {
  it.each(errorCodes)('has a sentence for the code %s, with the provider’s name or without', code => {
    for (const sentence of [sentenceOf({ code }), sentenceOf({ code }, 'SalesOS')]) {
      expect(sentence).toMatch(/^\p{Lu}[^{}]{10,}\.$/u)
      expect(sentence.length).toBeLessThan(220)
    }
  })

  it.each(Object.entries(reasonTexts))('has a sentence for the reason %s', (reason, text) => {
    const sentence = sentenceOf({ code: 'unexpected', reason: reason as Reason }, 'SalesOS')
    expect(sentence).toMatch(/^\p{Lu}[^{}]{10,}\.$/u)
    expect(sentence).toBe(text.replaceAll('{provider}', 'SalesOS'))
  })

  it('falls back to the code’s for a reason that pages alone are told', () => {
    expect(sentenceOf({ code: 'not-permitted', reason: 'needs-gesture' })).toBe(errorTexts['not-permitted'])
  })

  it('names the provider wherever the sentence does', () => {
    expect(sentenceOf({ code: 'not-connected' }, 'Sell')).toContain('Sell')
    expect(sentenceOf({ code: 'not-connected' })).toContain('The provider')
  })

  it('does not read a pattern in a name', () => {
    expect(sentenceOf({ code: 'not-connected' }, '$&')).toContain('$&')
  })

  it('says the words that the issue names', () => {
    expect(sentenceOf({ code: 'setup-wrong', reason: 'setup-missing' })).toBe(
      'Your company’s setup is missing. Import it in Options.',
    )
  })
})

describe('siteSentenceOf', () => {
  it.each(siteReasons)('has a sentence for the reason %s, as long as people read on a page', reason => {
    const sentence = siteSentenceOf({ code: 'unexpected', reason }, 'SalesOS')
    expect(sentence).toMatch(/^\p{Lu}[^{}]{10,}\.$/u)
    expect(sentence).toBe(siteReasonTexts[reason].replaceAll('{provider}', 'SalesOS'))
    expect(sentence.length).toBeLessThan(220)
  })

  it.each(siteCodes)('has the sentence of our own screens for the code %s', code => {
    expect(siteSentenceOf({ code }, 'SalesOS')).toBe(sentenceOf({ code }, 'SalesOS'))
  })
})

describe('the tables of texts', () => {
  it('have a sentence for every reason, for screens or for pages', () => {
    expect(Object.keys({ ...reasonTexts, ...siteReasonTexts }).sort()).toEqual([...reasons].sort())
  })

  it('say what to do next, or that nothing is to be done', () => {
    for (const [code, text] of Object.entries(errorTexts))
      expect(text.split(/[.;,]\s/).length, code).toBeGreaterThan(1)
  })

  it('use the placeholder {provider} alone for errors', () => {
    for (const text of errors) expect(text.replaceAll('{provider}', '')).not.toMatch(/[{}]/)
  })

  it('hold no empty text, straight apostrophe or double space', () => {
    const page = Object.values(pageTexts).filter(text => typeof text === 'string')
    expect(page.length).toBeGreaterThan(2)
    for (const text of [...errors, ...page]) {
      expect(text.trim()).toBe(text)
      expect(text).not.toMatch(/^$|'|"| {2}/)
    }
  })
})

describe('say', () => {
  it('fills in what it is given', () => {
    expect(screens.say('connectionName', { provider: 'Sell', account: 'mia@acme.example' })).toBe(
      'Sell – mia@acme.example',
    )
  })

  it('takes a value as it is, whatever stands in it', () => {
    expect(screens.say('connectedAs', { account: '{account} $& $1' })).toBe('Connected as {account} $& $1')
  })

  it('says a text without placeholders alone', () => {
    expect(screens.say('notConnected')).toBe('Not connected')
  })

  it('begins every status with its own words', () => {
    expect([
      screens.say('notConnected'),
      screens.say('waiting'),
      screens.say('connecting'),
      screens.say('needsAttention'),
      screens.say('disconnecting'),
      screens.say('locked'),
      screens.say('unknownAccount'),
    ]).toEqual([
      'Not connected',
      'Waiting for your permission',
      'Connecting',
      'Needs attention',
      'Disconnecting',
      'Locked',
      'unknown account',
    ])
  })
})
