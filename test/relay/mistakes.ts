/** A mistake in the relay, and the tests that have to find it: a file, and a part of the tests' names. */
export type Mistake = { from: string; to: string; found: [file: string, name: string] }

/** By what they do, as texts of the built relay: it is not made small, so what is built is what is written. */
export const mistakes: Record<string, Mistake> = {
  'takes any audience': {
    from: 'audience,\n\t\t\t\talgorithms: config.algorithms,',
    to: 'algorithms: config.algorithms,',
    found: ['refusals', 'of another audience'],
  },
  'takes any issuer': {
    from: 'issuer: config.issuer,\n\t\t\t\taudience,',
    to: 'audience,',
    found: ['refusals', 'of another issuer'],
  },
  'takes ID tokens': {
    from: '"nonce" in payload',
    to: '"nonsense" in payload',
    found: ['refusals', 'that is an ID token'],
  },
  'asks for no header': {
    from: 'if (req.header("dealpass-relay") !== "1")',
    to: 'if (false)',
    found: ['refusals', 'whoever does not send the header'],
  },
  'lets pages call': {
    from: 'if (origin !== void 0 && !isExtension(origin, config.extensions))',
    to: 'if (false)',
    found: ['refusals', 'whoever does not send the header'],
  },
  'admits every key': {
    from: 'if (!await isAdmitted(thumbprint))',
    to: 'if (false)',
    found: ['refusals', 'of a key that nobody has admitted'],
  },
  'takes a proof for any request': {
    from: 'if (req !== await digestOf({',
    to: 'if (false && req !== await digestOf({',
    found: ['refusals', 'for another request'],
  },
  'takes a proof twice': {
    from: 'if (used.has(name))',
    to: 'if (false)',
    found: ['refusals', 'that is old, of tomorrow, or has been used'],
  },
  'takes an old proof': {
    from: 'Math.abs(now() - iat * 1e3) > relayLimits.proof',
    to: 'false',
    found: ['refusals', 'that is old, of tomorrow, or has been used'],
  },
  'seals for everybody': {
    from: 'JSON.stringify([\n\t\tPREFIX,\n\t\tprovider,\n\t\tclientId,\n\t\tuser,',
    to: 'JSON.stringify([\n\t\tPREFIX,\n\t\tprovider,\n\t\tclientId,',
    found: ['refusals', 'sealed for somebody or something else'],
  },
  'leaves refresh tokens open': {
    from: 'await call.sealing.seal(refresh_token, boundTo(call))',
    to: 'refresh_token',
    found: ['requests', 'exchanges a code with the company'],
  },
  'takes any redirect address': {
    from: 'if (!relayed.redirects.has(needed(form, "redirect_uri")))',
    to: 'if (false)',
    found: ['refusals', 'with a redirect address that is not configured'],
  },
  'takes any scope': {
    from: 'if (!asked.every((scope) => relayed.scopes.has(scope)))',
    to: 'if (false)',
    found: ['refusals', 'with a scope that is not configured'],
  },
  'passes everything of a form on': {
    from: '[...form].filter(([name]) => names.includes(name))',
    to: '[...form].filter(([name]) => name !== "grant_type")',
    found: ['refusals', 'has no say in client, addresses and secrets'],
  },
  'takes a parameter twice': {
    from: 'if (new Set(names).size !== names.length)',
    to: 'if (false)',
    found: ['refusals', 'that is malformed, too large'],
  },
  'counts nobody’s requests': {
    from: 'count(user.id);',
    to: '',
    found: ['refusals', 'users beyond their rate'],
  },
  'gives data to everybody': {
    from: 'if (!mayUse(key, user))',
    to: 'if (false)',
    found: ['requests', 'is for those whom the key'],
  },
  'allows every method': {
    from: 'if (!relayed.methods.has(request.method))',
    to: 'if (false)',
    found: ['requests', 'a method that is not configured'],
  },
  'gives the token back': {
    from: 'if (hasToken(token, Object.values(headers), body))',
    to: 'if (false)',
    found: ['requests', 'that gives the token back'],
  },
  'keeps a token that was refused': {
    from: '&& tokens.drop(relayed, key, token)',
    to: '&& false',
    found: ['requests', 'is fetched with a new token'],
  },
  'fetches a token for each refusal': {
    from: 'if (Date.now() - (droppedAt.get(name) ?? 0) < relayLimits.tokenAgain) return false;',
    to: '',
    found: ['faults', 'that refuses whatever token there is'],
  },
  'lets refresh tokens out below the top': {
    from: '/^refresh_?token$/i.test(name) ? void 0 : value',
    to: 'value',
    found: ['faults', 'that hides a refresh token'],
  },
  'admits several keys at once': {
    from: 'openSync(file, "wx")',
    to: 'openSync(file, "w")',
    found: ['admit', 'admits one key at a time'],
  },
  'takes tokens that are bound to a key': {
    from: 'if (payload.cnf !== void 0) throw refused$1("cnf");',
    to: '',
    found: ['log.relay', 'says in its log why'],
  },
  'goes by a list of keys that was': {
    from: 'throw new RelayError("keys-unreadable", { cause });',
    to: 'return read?.keys.has(thumbprint) ?? false;',
    found: ['admit', 'lets nobody in by a list that was'],
  },
  'loses lines of its log at its end': {
    from: 'const isWritten = await output.drained(',
    to: 'const isWritten = (output.drained(1), true) || (',
    found: ['log.relay', 'waits with its end'],
  },
  'quotes secrets': {
    from: '&& !holdsAny(String(value), secrets)',
    to: '',
    found: ['faults', 'that repeats secrets in its refusal'],
  },
  'follows redirects': {
    from: 'if (status >= 300 && status < 400 && status !== 304 || status > 599)',
    to: 'if (false)',
    found: ['faults', 'whose data endpoint fails'],
  },
  'reads any size': {
    from: 'if (size > limits.body) throw new AppError("provider-rejected", "too-large");',
    to: '',
    found: ['faults', 'whose data endpoint fails'],
  },
  'blames users for the identity provider': {
    from: 'return new RelayError("identity-unreachable", { cause });',
    to: 'return new RelayError("bad-credentials", { cause });',
    found: ['faults', 'with users whose identity provider is down'],
  },
  'ends without waiting': {
    from: 'isReady = false;\n\t\tawait closed(server);',
    to: 'isReady = false; server.closeAllConnections();\n\t\tawait closed(server);',
    found: ['operations', 'stops when it is told to'],
  },
  'logs queries': {
    from: 'context.get("noted").path = path.split("?", 1)[0] ?? "";',
    to: 'context.get("noted").path = path;',
    found: ['log.relay', 'logs a line for each request'],
  },
}
