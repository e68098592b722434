import { expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { key, relay, withFolder } from './command'

const { least, pathOf, write } = withFolder()

it('names every fault of a configuration at once, without a value, and runs nothing', () => {
  const config = write('relay.json', {
    ...least(),
    version: 2,
    origin: 'http://relay.acme.example',
    extra: true,
    providers: [{ id: 'sell', clientId: clients.sell.id, clientSecret: 'written-into-the-file' }],
    perMinute: { tokens: 0 },
  })
  const { status, stdout, stderr } = relay(['--config', config])
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  for (const path of ['version', 'origin', 'extra', 'providers[0].clientSecret', 'perMinute.tokens'])
    expect(stderr).toContain(`  ${path} `)
  expect(stderr).not.toContain('written-into-the-file')
})

it('names what parts do not mean together, and secrets that are not where they should be', () => {
  const config = write('relay.json', {
    ...least(),
    users: {},
    sealing: [
      { id: 'one', key: { env: 'NO_SUCH_KEY' } },
      { id: 'one', key: { env: 'SHORT_KEY' } },
    ],
    providers: [
      ...least().providers,
      { id: 'sell', clientId: 'x' },
      { id: 'unknown', clientId: 'x', clientSecret: { env: 'KEY' } },
      { id: 'sellsn', clientId: 'x', clientSecret: { env: 'KEY' }, grants: ['revocation'] },
      { id: 'salesos', clientId: 'x', clientSecret: { env: 'KEY' } },
    ],
  })
  const { status, stderr } = relay(['check', '--config', config], { KEY: key, SHORT_KEY: 'c2hvcnQ=' })
  expect(status).toBe(1)
  for (const path of [
    'users',
    'sealing[0].key',
    'sealing[1].id',
    'sealing[1].key',
    'providers[0].clientSecret',
    'providers[1].id',
    'providers[1].clientSecret',
    'providers[2].id',
    'providers[3].grants',
    'providers[4].redirects',
  ])
    expect(stderr, path).toContain(`  ${path} `)
  expect(stderr).not.toContain(key)
})

it('takes its configuration from a variable, and says what is missing', () => {
  write('sell-secret', `${clients.sell.secret}\n`)
  const held = relay(['check'], { DEALPASS_RELAY: JSON.stringify(least()), KEY: key })
  expect(held).toEqual({ status: 0, stdout: '', stderr: 'The configuration holds.\n' })
  expect(relay(['check']).stderr).toContain('There is no configuration: --config FILE, or DEALPASS_RELAY.')
  expect(relay(['check', '--config', pathOf('none.json')]).status).toBe(1)
  expect(relay(['--nonsense']).status).toBe(2)
  expect(relay(['--help']).status).toBe(0)
})

it('says of each part what is wrong with it, also where others are malformed', () => {
  write('empty', ' \n')
  const config = write('relay.json', {
    ...least(),
    version: 2,
    users: { keys: ['short'], keysFile: 'admitted.json' },
    listen: { host: '0.0.0.0', port: 8788 },
    sealing: [
      { id: 'one', key: { env: 'NO_SUCH_KEY' } },
      { id: 'two', key: { env: 'toString' } },
      { id: 'three', key: { file: pathOf('empty') } },
    ],
    providers: [
      ...least().providers,
      { id: 'sellsn', clientId: 'x', clientSecret: { file: 'relative' } },
      {
        id: 'sellytics',
        keys: [
          { label: 'North', clientId: 'a', clientSecret: { env: 'KEY' }, users: ['mia'] },
          { label: 'North', clientId: 'b', clientSecret: { env: 'KEY' }, users: 'everybody' },
        ],
      },
      {
        id: 'salesos',
        clientId: 'x',
        clientSecret: { env: 'KEY' },
        clientAuth: 'none',
        redirects: ['https://x.example/'],
      },
    ],
  })
  const { status, stderr } = relay(['check', '--config', config], { KEY: key })
  expect(status).toBe(1)
  for (const line of [
    'version must be 1.',
    'users.keys[0] must be a thumbprint of 43 characters.',
    'users.keysFile must be the whole path of a file, from the root.',
    'operations.port is the port of listen.',
    'sealing[0].key names a variable that is not set where the relay runs.',
    'sealing[1].key names a variable that is not set where the relay runs.',
    'sealing[2].key names a file that is empty.',
    'providers[0].clientSecret names a file that is not there, or may not be read.',
    'providers[1].clientSecret.file must be the whole path of a file, from the root.',
    'providers[2].keys[0].users',
    'providers[3].clientAuth is none, but the relay has a secret to send.',
  ])
    expect(stderr).toContain(`\n  ${line}`)
  expect(stderr).not.toContain('must be 32 bytes')
})

it('finds two keys of one name, and a file that is no list of keys', () => {
  const north = { label: 'North', clientSecret: { env: 'KEY' }, users: 'everybody' }
  const keys = [
    { ...north, clientId: 'a' },
    { ...north, clientId: 'b' },
  ]
  const twice = write('relay.json', { ...least(), providers: [{ id: 'sellytics', keys }] })
  expect(relay(['check', '--config', twice], { KEY: key }).stderr).toContain('keys[1].label is there twice.')
  const config = write('relay.json', least())
  write('sell-secret', clients.sell.secret)
  for (const content of ['torn', 'null', '[]', '{"short":""}', '']) {
    write('admitted.json', content)
    for (const args of [['check'], []]) {
      const { status, stderr } = relay([...args, '--config', config], { KEY: key })
      expect({ status, isSaid: stderr.includes('  users.keysFile ') }, content).toEqual({
        status: 1,
        isSaid: true,
      })
    }
  }
})

it('says that there is no such command, and what a configuration is that is none', () => {
  expect(relay(['admti', 'x']).stderr).toContain('There is no command "admti".')
  for (const [content, said] of [
    ['torn', 'This is not a JSON file.'],
    ['3', 'must be an object.'],
  ] as const)
    expect(relay(['check', '--config', write('relay.json', content)]).stderr).toContain(
      `  The configuration: ${said}`,
    )
})
