import { createElement } from 'preact'
import { describe, expect, it } from 'vitest'
import { Practice } from '../../../src/screens/ui/practice'
import { exampleProvider } from '../example'
import { draw } from './drawn'

describe('Practice', () => {
  it('says that a stand-in is one, and the host of a provider that anybody could have named', () => {
    const provider = exampleProvider()
    expect(draw(createElement(Practice, { provider })).text).toBe('')
    expect(draw(createElement(Practice, { provider: { ...provider, isPractice: true } })).text).toBe(
      'practice',
    )
    expect(draw(createElement(Practice, { provider: { ...provider, host: 'id.acme.example' } })).text).toBe(
      'id.acme.example',
    )
  })
})
