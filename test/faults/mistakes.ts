/** A mistake in the background, which the matrix has to find: what stands where, what instead, and in which cells it shows. */
export type Mistake = { file: string; right: string; wrong: string; cells: string }

/** The cells to make in a build with a mistake. */
export const redBy = ({ cells }: Mistake): RegExp => new RegExp(`^(${cells})$`)

/** Each is what a hasty change would do. */
export const mistakes = {
  'takes a server error at a refresh for a refusal': {
    file: '../oauth/errors.ts',
    right: "    return new AppError('provider-unreachable', undefined, { cause })\n  return",
    wrong:
      "    return new AppError(stage === 'refresh' ? 'reconnect-required' : 'provider-unreachable')\n  return",
    cells: 'refresh (500|502 HTML|reset)|fetch 500',
  },
  'takes nonsense at a refresh for a refusal': {
    file: '../oauth/errors.ts',
    right:
      "return new AppError('provider-rejected', stage === 'revoke' ? undefined : 'nonsense-answer', { cause })",
    wrong: "return new AppError(stage === 'refresh' ? 'reconnect-required' : 'provider-rejected')",
    cells: '(refresh|connect) (200 with error|truncated JSON)',
  },
  'takes a network that fails for a refusal': {
    file: '../oauth/guarded-fetch.ts',
    right: "throw new AppError('provider-unreachable', undefined, { cause })",
    wrong: "throw new AppError('reconnect-required', undefined, { cause })",
    cells: '(refresh|connect) (refused|reset|bad TLS)',
  },
  'gives up on no request to a token endpoint': {
    file: '../oauth/guarded-fetch.ts',
    right: 'AbortSignal.timeout(limits.request)',
    wrong: 'new AbortController().signal',
    cells: '(connect|revoke) (timeout|slow body)',
  },
  'gives up on no call': {
    file: 'api-call.ts',
    right: 'AbortSignal.any([AbortSignal.timeout(limits.request), caller])',
    wrong: 'caller',
    cells: 'fetch (timeout|slow body)',
  },
  'does not hear Retry-After': {
    file: 'outages.ts',
    right: 'const asked = retryAfterOf(error)',
    wrong: 'const asked = [retryAfterOf(error)].slice(1)[0]',
    cells: 'refresh (503 Retry-After|429|500)',
  },
  'asks a token endpoint anew whenever somebody asks': {
    file: 'outages.ts',
    right: 'if (!outage || outage.failures < 2) return request()',
    wrong: 'if (!outage || outage.failures < 2e9) return request()',
    cells: 'refresh (500|503 Retry-After|200 with error)',
  },
  'does not try again by itself': {
    file: 'outages.ts',
    right: '  await schedule(place, outage, retry)\n}\n\n/** How long',
    wrong: '  if (limits.retries < 0) await schedule(place, outage, retry)\n}\n\n/** How long',
    cells: 'refresh (500|reset)',
  },
  'reads answers of any size': {
    file: '../oauth/guarded-fetch.ts',
    right: 'if (size > most) {',
    wrong: 'if (size > most * 1e6) {',
    cells: '(connect|fetch|revoke) 10 MB body',
  },
  'believes its own clock and no server': {
    file: '../oauth/client.ts',
    right: '[oauth.clockSkew]: Math.round(skew / 1000)',
    wrong: '[oauth.clockSkew]: Math.round(skew / 1e12)',
    cells: 'connect (server|own clock) a day (ahead|behind)',
  },
  'waits for tomorrow when a clock is put back': {
    file: 'outages.ts',
    right: 'return wait > limits.retryAfterMost ? 0 : Math.max(0, wait)',
    wrong: 'return Math.max(0, wait)',
    cells: 'refresh own clock a day ahead',
  },
  'waits with a Disconnect for tomorrow when a clock is put back': {
    file: 'disconnect.ts',
    right: 'return wait > limits.undo ? 0 : Math.max(0, wait)',
    wrong: 'return Math.max(0, wait)',
    cells: 'revoke own clock a day behind',
  },
  'believes that a token lives longer than it ever did': {
    file: 'held-tokens.ts',
    right: ' && left <= life + limits.clock',
    wrong: '',
    cells: 'fetch own clock a day ahead',
  },
  'leaves a Disconnect open whose revocation fails': {
    file: 'disconnect.ts',
    right: '    return departure\n  }\n}',
    wrong: '    throw new Error()\n  }\n}',
    cells: 'revoke (500|reset|refused)',
  },
  'says of a login that lives that it was ended': {
    file: 'disconnect.ts',
    right: "if (checks.includes(false)) return { result: 'forgotten' }",
    wrong: '',
    cells: 'revoke 200 with error',
  },
  'keeps tokens of a Connect that failed': {
    file: 'login.ts',
    right: 'await discard(client, tokens)',
    wrong: '',
    cells: 'probe (500|reset)',
  },
  'fails a call with a rejection that nobody handles': {
    file: 'wellbeing.ts',
    right: "case 'provider-unreachable':\n      return",
    wrong: "case 'provider-unreachable':\n      void Promise.reject(new Error())\n      return",
    cells: 'fetch reset',
  },
} satisfies Record<string, Mistake>
