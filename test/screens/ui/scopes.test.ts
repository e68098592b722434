import { describe, expect, it } from 'vitest'
import { missingScopes, plainScopes } from '../../../src/screens/ui/scopes'
import { exampleProvider, other } from '../example'

const provider = exampleProvider(other)

describe('plainScopes', () => {
  it('says scopes in the provider’s plain words', () => {
    expect(plainScopes(provider, ['profile', 'leads:read'])).toEqual(['See your name', 'See leads'])
  })

  it('shows a scope without words as it is, but for openid', () => {
    expect(plainScopes(provider, ['openid', 'admin:everything', 'constructor'])).toEqual([
      'admin:everything',
      'constructor',
    ])
  })
})

describe('missingScopes', () => {
  it('is what was asked for and not given', () => {
    expect(
      missingScopes(provider, { asked: ['openid', 'email', 'leads:read'], granted: ['leads:read', 'x'] }),
    ).toEqual(['See your e-mail address'])
  })
})
