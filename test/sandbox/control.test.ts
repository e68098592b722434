import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { practiceSetup, type Sandbox, sandboxSetup, startSandbox } from './sandbox'
import { createVisitor, type Visitor } from './visitor'

let sandbox: Sandbox
let visitor: Visitor

beforeAll(async () => {
  sandbox = await startSandbox()
  visitor = createVisitor(sandbox)
})
afterAll(async () => {
  visitor.close()
  await sandbox.stop()
})

function call(address: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const isPost = body !== undefined
  return new Promise((resolve, reject) => {
    const outgoing = request(
      address,
      { method: isPost ? 'POST' : 'GET', headers: isPost ? { 'content-type': 'application/json' } : {} },
      async incoming => {
        const text = await incoming.setEncoding('utf8').reduce((all: string, part: string) => all + part, '')
        resolve({ status: incoming.statusCode ?? 0, json: JSON.parse(text) })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(isPost ? JSON.stringify(body) : undefined)
  })
}

describe('the control address', () => {
  it('is plain http on loopback and gives addresses and the setup', async () => {
    expect(sandbox.control).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const { port, spki, hosts, loopback, users } = sandbox
    expect((await call(`${sandbox.control}/`)).json).toEqual({ port, spki, hosts, loopback, users })
    expect((await call(`${sandbox.control}/setup`)).json).toEqual(sandboxSetup())
    expect((await call(`${sandbox.control}/setup?all=true`)).json).toEqual(sandboxSetup({ all: true }))
  })

  it('reaches every server', async () => {
    for (const server of sandbox.servers) {
      await call(`${sandbox.control}/set`, { server, patch: { fault: { path: '/.*', status: 503 } } })
    }
    for (const host of sandbox.hosts) expect((await visitor.send(`https://${host}/`)).status).toBe(503)
    await call(`${sandbox.control}/reset`, {})
    for (const host of sandbox.hosts) expect((await visitor.send(`https://${host}/`)).status).not.toBe(503)
  })

  it('shows and forgets requests and violations', async () => {
    sandbox.forget()
    await visitor.send('https://api.getbase.com/v2/leads')
    await visitor.send('https://api.getbase.com/v2/users/self', {
      headers: { origin: 'chrome-extension://x', cookie: 'a=b' },
    })
    const all = (await call(`${sandbox.control}/saw?host=api.getbase.com`)).json
    expect(all).toMatchObject([{ path: '/v2/leads' }, { path: '/v2/users/self' }])
    expect((await call(`${sandbox.control}/saw?pattern=self$`)).json).toHaveLength(1)
    expect((await call(`${sandbox.control}/violations`)).json).toMatchObject([
      { rule: 'cookie-from-extension' },
    ])
    await call(`${sandbox.control}/forget`, {})
    expect((await call(`${sandbox.control}/saw`)).json).toEqual([])
    expect((await call(`${sandbox.control}/violations`)).json).toEqual([])
  })

  it('waits for a request', async () => {
    const waiting = call(`${sandbox.control}/wait-for?path=/v2/accounts/self`)
    await visitor.send('https://api.getbase.com/v2/accounts/self')
    expect((await waiting).json).toMatchObject({ path: '/v2/accounts/self', status: 401 })
    const late = await call(`${sandbox.control}/wait-for?path=/never&timeout=1`)
    expect(late.status).toBe(408)
  })

  it('moves clocks, sets switches, and resets', async () => {
    const dateOf = async () =>
      Date.parse(String((await visitor.send('https://api.getbase.com/v2/leads')).headers.date))
    await call(`${sandbox.control}/advance`, { server: 'sell', ms: 3_600_000 })
    expect((await dateOf()) - Date.now()).toBeGreaterThan(3_590_000)
    await call(`${sandbox.control}/set`, {
      server: 'sell',
      patch: { fault: { path: '/v2/.*', status: 503 } },
    })
    expect((await visitor.send('https://api.getbase.com/v2/leads')).status).toBe(503)
    await call(`${sandbox.control}/reset`, {})
    expect((await visitor.send('https://api.getbase.com/v2/leads')).status).toBe(401)
    expect((await dateOf()) - Date.now()).toBeLessThan(5000)
  })

  it.each([
    ['advance', { server: 'nobody', ms: 1 }, 'No such server: nobody'],
    ['advance', { server: 'sell' }, 'ms must be a number'],
    ['set', { server: 'sell', patch: { colour: 'red' } }, 'No such switch: colour'],
    ['set', { server: 'sell' }, 'patch must be an object'],
    ['sign-out', {}, 'No such server: undefined'],
    ['withdraw', 'text', 'The body must be a JSON object'],
  ])('answers 400 to a wrong %s: %o', async (path, body, error) => {
    const answer = await call(`${sandbox.control}/${path}`, body)
    expect(answer).toEqual({ status: 400, json: { error } })
  })
})

describe('scripts/sandbox.ts', () => {
  it('writes the setup file, prints one line of addresses, and stops on SIGTERM', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    const setupFile = join(folder, 'setup.json')
    const root = new URL('../../', import.meta.url)
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/sandbox.ts', '--setup', setupFile], {
      cwd: root,
    })
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      errors += text
    })
    const lines: string[] = []
    const reader = createInterface(child.stdout)
    reader.on('line', line => lines.push(line))
    await Promise.race([once(reader, 'line'), once(child, 'exit')])
    const addresses = JSON.parse(lines[0] ?? '{}')
    expect(Object.keys(addresses)).toEqual(['port', 'spki', 'control', 'hosts', 'loopback', 'users'])
    expect(Object.keys(addresses.loopback)).toEqual(addresses.hosts)
    const ports = Object.values<string>(addresses.loopback).map(address => Number(new URL(address).port))
    expect(ports).toEqual(ports.toSorted((a, b) => a - b))
    expect(ports[0]).toBeGreaterThanOrEqual(4101)
    // Sell's own answer to a request without a User-Agent.
    expect((await call(`${addresses.loopback['api.getbase.com']}/v2/leads`)).status).toBe(400)
    expect((await call(`${addresses.control}/setup`)).json).toEqual(sandboxSetup())
    expect(JSON.parse(await readFile(setupFile, 'utf8'))).toEqual(practiceSetup(addresses))
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect({ code, errors, lines: lines.length }).toEqual({ code: 0, errors: '', lines: 1 })
  }, 20_000)
})
