import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import type { Choice } from './choice'

/** A mistake in the background, which the kill test has to find: what stands where, what instead, and in which deeds it shows. */
type Mistake = { file: string; right: string; wrong: string; deeds: readonly Choice['deed'][] }

const calls = ['refresh', 'amid'] as const
const connects = ['first', 'reconnect'] as const

/** Each is what a hasty change would do. Text in place of modules, since it is one line of a module that is about dying. */
export const mistakes = {
  'commits a refresh a little after the new token was handed out': {
    file: 'refresh.ts',
    right: 'await commit(before, tokens.refreshToken ?? refreshToken)',
    // Left alone without a delay it is on disk before any API has seen the token: no kill comes in between.
    wrong: 'setTimeout(() => void commit(before, tokens.refreshToken ?? refreshToken), 100)',
    deeds: ['refresh'],
  },
  'does not write a refresh down before it is sent': {
    file: 'refresh.ts',
    right: 'await journal.put(entryOf(connection, generation))',
    wrong: 'entryOf(connection, generation)',
    deeds: ['refresh'],
  },
  'does not write down what a Connect has brought': {
    file: 'login.ts',
    right: 'if (tokens !== received && !entry) await noteReceived(attempt.id, tokens)',
    wrong: 'if (attempt.id === undefined) await noteReceived(attempt.id, tokens)',
    deeds: connects,
  },
  'does not go on with Connects at a start': {
    file: 'index.ts',
    right: '.then(resumeConnects)',
    wrong: '',
    deeds: connects,
  },
  'does not go on with refreshes at a start': {
    file: 'index.ts',
    right: '.then(resumeRefreshes)',
    wrong: '',
    deeds: calls,
  },
  'does not go on with Disconnects at a start': {
    file: 'index.ts',
    right: '.then(resumeDisconnects)',
    wrong: '',
    deeds: ['disconnect', 'amid'],
  },
  'forgets a Disconnect before the provider is told': {
    file: 'disconnect.ts',
    right: "await journal.put({ ...entry, step: 'revoking' })",
    wrong: 'await journal.delete(entry.id)',
    deeds: ['disconnect', 'amid'],
  },
  'leaves interrupted attempts as they are': {
    file: 'session.ts',
    right: 'await interruptAttempts(isRunning)',
    wrong: '',
    deeds: connects,
  },
} satisfies Record<string, Mistake>

const root = resolve(import.meta.dirname, '../..')

/** Builds the extension for Chromium with a mistake in it; gives its folder. Throws where the code is no longer as the mistake has it. `file` is seen from `src/background`. */
export async function buildWith({
  file,
  right,
  wrong,
}: Pick<Mistake, 'file' | 'right' | 'wrong'>): Promise<string> {
  const outDir = join(root, 'dist/kills')
  const module = join(root, 'src/background', file)
  if (readFileSync(module, 'utf8').split(right).length !== 2)
    throw new Error(`src/background/${file} does not have once: ${right}`)
  const mistake = {
    name: 'mistake',
    enforce: 'pre' as const,
    transform: (code: string, id: string) => (id === module ? code.replace(right, () => wrong) : undefined),
  }
  await build({ root, mode: 'chrome', logLevel: 'error', plugins: [mistake], build: { outDir } })
  return outDir
}
