import { describe, expect, it } from 'vitest'
import { errorCodes, reasons } from '../../src/shared/errors'
import { errorTexts, reasonTexts, sentenceOf } from '../../src/shared/texts/errors'
import { pageTexts } from '../../src/shared/texts/page'
import * as screens from '../../src/shared/texts/screens'

describe('sentenceOf', () => {
  it.each(errorCodes)('has a sentence for the code %s, with the provider’s name or without', code => {
    for (const sentence of [sentenceOf({ code }), sentenceOf({ code }, 'SalesOS')]) {
      expect(sentence).toMatch(/^\p{Lu}[^{}]{10,}\.$/u)
      expect(sentence.length).toBeLessThan(220)
    }
  })

  it.each(reasons)('has a sentence for the reason %s', reason => {
    const sentence = sentenceOf({ code: 'unexpected', reason }, 'SalesOS')
    expect(sentence).toMatch(/^\p{Lu}[^{}]{10,}\.$/u)
    expect(sentence).toBe(reasonTexts[reason].replaceAll('{provider}', 'SalesOS'))
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

describe('the tables of texts', () => {
  it('say what to do next, or that nothing is to be done', () => {
    for (const [code, text] of Object.entries(errorTexts))
      expect(text.split(/[.;,]\s/).length, code).toBeGreaterThan(1)
  })

  it('use the placeholder {provider} alone for errors', () => {
    for (const text of [...Object.values(errorTexts), ...Object.values(reasonTexts)])
      expect(text.replaceAll('{provider}', '')).not.toMatch(/[{}]/)
  })

  it('hold no empty text, straight apostrophe or double space', () => {
    const page = Object.values(pageTexts).filter(text => typeof text === 'string')
    expect(page.length).toBeGreaterThan(2)
    for (const text of [...Object.values(errorTexts), ...Object.values(reasonTexts), ...page]) {
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
