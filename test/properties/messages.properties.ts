import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sender } from '../../src/background/caller'
import { errorCodes } from '../../src/shared/errors'
import type { Reply } from '../../src/shared/protocol'
import { senders } from '../fakes/worker'
import { extensionId, extensionOrigin, world } from '../fakes/world'
import { pass, quiet } from './clock'
import { holds } from './form'
import { newProfile } from './profile'

const anything = fc
  .anything({
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withBigInt: true,
    maxDepth: 3,
  })
  .map(cloned)

// A message is what crosses; what cannot is refused by the browser itself.
function cloned(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch {
    return null
  }
}

const routes = [
  ...[
    'hello',
    'connect',
    'cancel',
    'permissionRefused',
    'disconnect',
    'undo',
    'stop',
    'weakerFlows',
    'decide',
  ],
  ...[
    'reviewSetup',
    'useSetup',
    'endPermit',
    'endPermits',
    'useSite',
    'leaveSite',
    'forgetDenial',
    'receipts',
  ],
  ...['enter', 'look', 'askConsent', 'connections', 'fetch', 'token', 'openPanel'],
  ...['__proto__', 'constructor', 'toString', ''],
]

const word = fc.oneof(
  fc.constantFrom('acme', 'sell', 'salesos', '', 'https://a.example', '../x', '__proto__', '{}', 'GET'),
  fc.string(),
)
const fields = [
  'provider',
  'connection',
  'flow',
  'key',
  'entry',
  'attempt',
  'leave',
  'on',
  'text',
  'consent',
  'allow',
]
  .concat([
    'until',
    'connections',
    'permit',
    'site',
    'origin',
    'ticket',
    'path',
    'scopes',
    'method',
    'headers',
    'body',
  ])
  .concat(['__proto__', 'then'])
const field = fc.oneof(
  word,
  fc.boolean(),
  fc.array(word, { maxLength: 3 }),
  fc.dictionary(word, word),
  anything,
)
const input = fc.oneof(
  fc.constant({}),
  fc.dictionary(fc.constantFrom(...fields), field, { maxKeys: 4 }),
  anything,
)
const message = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ dealpass: fc.constant('request'), name: fc.constantFrom(...routes), input }),
  },
  { weight: 1, arbitrary: fc.record({ dealpass: field, name: field, input }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: anything },
)

const address = fc.oneof(
  fc.constantFrom(
    `${extensionOrigin}/src/screens/popup/index.html`,
    `${extensionOrigin}/src/screens/panel/index.html`,
    `${extensionOrigin}/src/screens/popup/index.html/`,
    `${extensionOrigin}.example/src/screens/popup/index.html`,
    'https://app.futuresimple.com/leads/1',
    'https://app.futuresimple.com:8443/',
    'http://app.futuresimple.com/',
    'about:blank',
    'null',
  ),
  fc.webUrl(),
  fc.string(),
)
const origin = fc.oneof(
  fc.constantFrom(extensionOrigin, 'https://app.futuresimple.com', 'null', '', undefined),
  fc.webUrl(),
)
const odd = <T>(usual: T) => fc.oneof({ weight: 3, arbitrary: fc.constant<unknown>(usual) }, anything)

const wild = fc.record(
  {
    id: fc.oneof({ weight: 4, arbitrary: fc.constant<unknown>(extensionId) }, anything),
    url: fc.oneof({ weight: 6, arbitrary: address }, anything),
    origin: fc.oneof({ weight: 6, arbitrary: origin }, anything),
    // Browsers give a text or nothing.
    documentId: fc.constantFrom('document', '', '__proto__', 'toString'),
    documentLifecycle: odd('active'),
    frameId: odd(0),
    tab: odd({ id: 1, windowId: 1 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Sender>

const ours = () => [senders.popup(), senders.options(), senders.panel(), senders.site(), senders.consent(1)]

/** One of ours with a field that is another's. */
const almost = fc
  .tuple(
    fc.nat({ max: 4 }),
    fc.constantFrom('id', 'origin', 'url', 'tab', 'frameId'),
    fc.oneof(origin, anything),
  )
  .map(([index, name, value]) => ({ ...ours()[index], [name]: value }) as Sender)

const sender = fc.oneof(wild, almost)

/** Nobody, by the browser's word: another extension, or an origin that is neither ours nor a CRM's. */
function isStranger({ id, origin: from }: Sender): boolean {
  return id !== extensionId || (from !== extensionOrigin && from !== 'https://app.futuresimple.com')
}

async function isAnswered(received: unknown, from: Sender): Promise<void> {
  const { serve } = await import('../../src/background/serve')
  let reply: Reply<unknown> | undefined
  const replied = serve(received, from).then(value => {
    reply = value
  })
  await quiet()
  // A sign-in window waits for a person, who is always there at once; a limit waits for its time.
  if (reply === undefined) await pass(60_000)
  expect(reply, 'a reply').toBeDefined()
  await replied
  structuredClone(reply)
  const { ok, ...rest } = Object(reply)
  if (isStranger(from)) expect(ok, 'what a stranger gets').toBe(false)
  if (!ok) expect(errorCodes).toContain(rest.error.code)
  await pass(100)
  expect(world.takeReports(), 'what the extension reported').toEqual([])
}

describe('serve', () => {
  it('answers everything from everybody, and no stranger', async () => {
    await newProfile()
    await holds('messages of anybody', fc.tuple(message, sender), ([what, who]) => isAnswered(what, who), {
      long: 30_000,
      short: 600,
    })
    world.strays.length = 0
  })

  it('answers everything from those whom it knows', async () => {
    await newProfile()
    const known = fc.nat({ max: 4 }).map(index => ours()[index] ?? senders.popup())
    await holds('messages of our own', fc.tuple(message, known), ([what, who]) => isAnswered(what, who), {
      long: 10_000,
      short: 400,
    })
    world.strays.length = 0
  })
})
