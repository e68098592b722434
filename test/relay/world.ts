import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Canary } from '../canaries/needles'
import { createNeedles } from '../canaries/needles'
import { answerOf, redirects, sellAuthorizeUrl, sellsnAuthorizeUrl } from '../sandbox/flows'
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox/sandbox'
import { personalTokens } from '../sandbox/setup'
import { createVisitor } from '../sandbox/visitor'
import { freePort, relayConfig, relayOrigin, relaySecrets } from './config'
import { type Identity, startIdentity } from './identity'
import { createProver, type Prover } from './prover'
import { type Running, type Runtime, startRelay } from './runtimes'

/** An answer, its body read. */
export type Reply = {
  status: number
  code: string | null
  headers: Headers
  text: string
  json: Record<string, unknown>
}

export type Call = {
  method?: string
  form?: Record<string, string> | string
  body?: string
  headers?: Record<string, string>
  /** A bearer token; `null` sends none. Left out, that of `mia`. */
  token?: string | null
  /** Proves possession of this key instead. */
  prover?: Prover
}

export type World = {
  sandbox: Sandbox
  identity: Identity
  prover: Prover
  relay: Running
  config: Record<string, unknown>
  /** Calls the relay, or another one beside it. */
  call(path: string, call?: Call, at?: Running): Promise<Reply>
  /** A code of Sell or SalesOS for the relay's app, as the extension gets one. */
  code(provider: 'sell' | 'sellsn'): Promise<string>
  /** A whole sign-in at Sell by way of the relay: its token answer. */
  signIn(call?: Call): Promise<Record<string, string>>
  /** Starts one more with the same configuration, changed. */
  another(change?: Record<string, unknown>, secretChange?: Record<string, string>): Promise<Running>
  /** Fails where any output of a relay, or any answer, has a secret in it that belongs to the relay. */
  expectNoSecretOut(): void
  stop(): Promise<void>
}

type WorldOptions = { change?: Record<string, unknown>; sandboxOptions?: SandboxOptions }

/** A world for the tests of a block, with fresh providers for each. A test fails where a secret has come out. */
export function withWorld(runtime: Runtime): World {
  const world = {} as World
  beforeAll(async () => {
    Object.assign(world, await startWorld(runtime))
  })
  afterEach(() => {
    world.expectNoSecretOut()
    world.sandbox.reset()
    world.sandbox.forget()
  })
  afterAll(() => world.stop())
  return world
}

/** A sandbox, an identity provider, and the built relay between them, on one runtime. */
export async function startWorld(
  runtime: Runtime,
  { change = {}, sandboxOptions = {} }: WorldOptions = {},
): Promise<World> {
  const sandbox = await startSandbox({ loopback: true, ...sandboxOptions })
  const identity = await startIdentity(relayOrigin)
  const prover = await createProver(relayOrigin)
  const config = {
    ...relayConfig(sandbox, {
      users: {
        issuer: { issuer: identity.issuer, audience: identity.audience, jwks: identity.jwks },
        keys: [prover.thumbprint],
      },
      southUsers: ['user:tom', `key:${prover.thumbprint}`],
    }),
    operations: { port: await freePort() },
    ...change,
  }
  const relays: Running[] = []
  const another = async (more = {}, secretChange = {}) => {
    const own = { operations: { port: await freePort() } }
    const running = await startRelay(
      runtime,
      { ...config, ...own, ...more },
      { ...relaySecrets, ...secretChange },
    )
    relays.push(running)
    return running
  }
  const relay = await another()
  const visitor = createVisitor(sandbox)
  const answers: string[] = []

  const call: World['call'] = async (path, wanted = {}, at = relay) => {
    const { method = wanted.form === undefined ? 'GET' : 'POST', form, headers = {}, prover: by } = wanted
    const body = form === undefined ? wanted.body : new URLSearchParams(form).toString()
    const url = `${at.address}${path}`
    const token = wanted.token === undefined && !by ? await identity.token() : wanted.token
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        'dealpass-relay': '1',
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(by ? { dpop: await by.proof({ method, url, body: body ?? '' }) } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    answers.push(JSON.stringify([...response.headers]) + text)
    return {
      status: response.status,
      code: response.headers.get('dealpass-relay-error'),
      headers: response.headers,
      text,
      json: jsonOf(text),
    }
  }
  const code: World['code'] = async provider => {
    const url = provider === 'sell' ? sellAuthorizeUrl({ response_type: 'code' }) : sellsnAuthorizeUrl()
    return answerOf(await visitor.authorize(url, sandbox.users.rep)).get('code') ?? ''
  }
  const expectNoSecretOut = () => {
    const outputs = relays.map(running => running.output()).join('\n')
    const all = sandbox.secrets().filter(({ value }) => value !== personalTokens.rep.token)
    const kept: Canary[] = [
      ...all,
      { kind: 'sealing key', owner: 'the relay', value: relaySecrets.SEALING_KEY },
      { kind: 'sealing key', owner: 'the relay', value: relaySecrets.OLD_SEALING_KEY },
    ]
    const inOutput = createNeedles(kept).in(Buffer.from(outputs))
    expect(inOutput.map(({ canary: { kind, owner } }) => `${kind} of ${owner}`)).toEqual([])
    // What the extension is given: access tokens and keys of people, never what belongs to the company.
    const ofRelay = kept.filter(
      ({ kind, owner }) =>
        ['refresh token', 'client secret', 'sealing key'].includes(kind) || owner === 'sellytics',
    )
    const inAnswers = createNeedles(ofRelay).in(Buffer.from(answers.join('\n')))
    expect(inAnswers.map(({ canary: { kind, owner } }) => `${kind} of ${owner}`)).toEqual([])
  }

  return {
    sandbox,
    identity,
    prover,
    relay,
    config,
    call,
    code,
    another,
    signIn: async wanted => {
      const form = {
        grant_type: 'authorization_code',
        code: await code('sell'),
        redirect_uri: redirects.sell,
      }
      const { status, json, text } = await call('/oauth/sell/token', { ...wanted, form })
      expect(status, text).toBe(200)
      return json as Record<string, string>
    },
    expectNoSecretOut,
    stop: async () => {
      visitor.close()
      await Promise.all(relays.map(running => running.stop()))
      // What was still to be written has been by now.
      expectNoSecretOut()
      await identity.stop()
      await sandbox.stop()
    },
  }
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
