import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clients } from '../sandbox/setup'
import { authWindow, consent, signIn } from './harness/auth-window'
import { expect, test } from './harness/fixtures'
import { grantHost } from './harness/worker'
import { importSetup, item, popupTab, viewOf } from './steps'

/** The whole of a fifth provider: what its documentation would say. */
const file = `import { type Provider, textOf } from './provider'

export const acme: Provider = {
  id: 'acme',
  name: 'Acme',
  logo: { letters: 'Ac', colour: '#123456' },
  docs: 'https://id.acme.example/docs',
  issuer: 'https://id.acme.example',
  endpoints: {
    authorization: 'https://id.acme.example/authorize',
    token: 'https://id.acme.example/token',
    revocation: 'https://id.acme.example/revoke',
    userinfo: 'https://id.acme.example/userinfo',
  },
  flows: ['authorization_code'],
  defaultFlow: 'authorization_code',
  needsSecret: [],
  clientAuth: 'none',
  openid: false,
  scopes: { profile: 'See your name and e-mail address', 'things.read': 'See your things' },
  defaultScopes: ['profile', 'things.read'],
  lifetimes: { accessToken: 3_600_000, rotation: true },
  revokes: ['refresh_token', 'access_token'],
  whoIsIt: {
    account: body => {
      const id = textOf(body, 'sub')
      return id === undefined ? undefined : { id, name: textOf(body, 'name'), email: textOf(body, 'email') }
    },
  },
  api: ['https://api.acme.example/v1/'],
  pages: [],
}
`

/** A copy of the sources with one file and one entry of the catalogue more, built as the product is. */
function buildWithFifth(): string {
  const copy = mkdtempSync(join(tmpdir(), 'dealpass-fifth-'))
  for (const part of [
    'src',
    'public',
    'manifest.json',
    'vite.config.ts',
    'scripts',
    'package.json',
    'tsconfig.json',
  ])
    cpSync(part, join(copy, part), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
  writeFileSync(join(copy, 'src/providers/acme.ts'), file)
  const index = join(copy, 'src/providers/index.ts')
  const text = readFileSync(index, 'utf8')
  const changed = `import { acme } from './acme'\n${text.replace(/^(export const catalogue.*)\]$/m, '$1, acme]')}`
  expect(changed).toContain(', acme]')
  writeFileSync(index, changed)
  execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'], {
    cwd: copy,
  })
  return copy
}

let copy = ''
test.beforeAll(() => {
  copy = buildWithFifth()
})
test.afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('a fifth provider is one file and one line: its hosts are asked for at Connect', async ({
  launch,
  sandbox,
}) => {
  const dealpass = await launch({ extension: join(copy, 'dist/chrome') })
  const setup = { version: 1, providers: [{ id: 'acme', clientId: clients.acme.id }] }
  const options = await importSetup(dealpass, setup)
  await expect(options.getByRole('list', { name: 'Redirect addresses' })).toContainText('/acme')
  const popup = await popupTab(dealpass)
  const connect = popup.getByRole('button', { name: 'Connect Acme', exact: true })
  await connect.click()
  await expect(item(popup, 'Acme')).toContainText('Waiting for your permission')
  await popup.getByRole('button', { name: 'Cancel Acme' }).click()
  for (const host of ['id.acme.example', 'api.acme.example']) await grantHost(dealpass, `https://${host}/*`)
  const window = await authWindow(dealpass, () => connect.click())
  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  const { email } = sandbox.users.rep
  await expect(item(popup, `Acme – ${email}`)).toContainText(`Connected as ${email}`)
  expect((await viewOf(dealpass)).connections).toMatchObject([
    { provider: 'acme', renews: 'refresh', scopes: { granted: ['profile', 'things.read'] } },
  ])
})
