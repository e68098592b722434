import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** A mistake in the background that the model has to find: what stands where, and what instead. */
type Mistake = { file: string; right: string; wrong: string }

/** Each is what a hasty change would do. */
export const mistakes: Record<string, Mistake> = {
  'runs jobs of a queue at once': {
    file: 'queue.ts',
    right: 'Promise.all([tails.get(key), barrier]).then(job)',
    wrong: 'barrier.then(job)',
  },
  'does not write the rotated token down': {
    file: 'refresh.ts',
    right: 'if (now && generationOf(now) === generation) await credentials.put(next)',
    wrong: 'if (generationOf(next) === generation) await credentials.put(next)',
  },
  'does not write a refresh down before it is sent': {
    file: 'refresh.ts',
    right: 'await journal.put(entryOf(connection, generation))',
    wrong: 'entryOf(connection, generation)',
  },
  'does not go on with refreshes at a start': {
    file: 'index.ts',
    right: '.then(resumeRefreshes)',
    wrong: '',
  },
  'does not go on with Disconnects at a start': {
    file: 'index.ts',
    right: '.then(resumeDisconnects)',
    wrong: '',
  },
  'does not go on with Connects at a start': { file: 'index.ts', right: '.then(resumeConnects)', wrong: '' },
  'ends a connection when its server does not answer, or with a 500': {
    file: 'wellbeing.ts',
    right: "case 'reconnect-required': {",
    wrong: "case 'provider-unreachable': case 'reconnect-required': {",
  },
  'drops credentials at an answer of nonsense': {
    file: 'wellbeing.ts',
    right: "case 'reconnect-required': {",
    wrong: "case 'provider-rejected': case 'reconnect-required': {",
  },
  'ends a connection where the loser of a race is refused': {
    file: 'refresh.ts',
    right: 'now?.refreshToken !== undefined && now.generation !== generation',
    wrong: 'now?.refreshToken !== undefined && now.generation < 0',
  },
  'leaves the entry of a Disconnect that was undone': {
    file: 'disconnect.ts',
    right: '    return true\n  })\n  if (!undone) return',
    wrong: "    await journal.put({ ...entry, step: 'due' })\n    return true\n  })\n  if (!undone) return",
  },
  'undoes only what is shown': {
    file: 'disconnect.ts',
    right: "await connections.put({ ...kept, status: kept.fault ? 'needs-attention' : 'connected' })",
    wrong: 'await connections.put({ ...kept, status: kept.status })',
  },
  'does not leave a server alone that does not answer': {
    file: 'outages.ts',
    right: 'if (!outage || outage.failures < 2) return request()',
    wrong: 'return request()',
  },
  'lets tokens in use run out': {
    file: 'use.ts',
    right: '.map(renewalOf)',
    wrong: '.map(({ expiresAt }) => expiresAt)',
  },
}

const folder = resolve(import.meta.dirname, '../../src/background')

/** A plugin of Vite's that makes a mistake. Throws where the code is no longer as the mistake has it. */
export function making(name: string) {
  const mistake = mistakes[name]
  if (!mistake) throw new Error(`There is no mistake “${name}”`)
  const { file, right, wrong } = mistake
  const module = join(folder, file)
  if (readFileSync(module, 'utf8').split(right).length !== 2)
    throw new Error(`src/background/${file} does not have once: ${right}`)
  return {
    name: 'mistake',
    enforce: 'pre' as const,
    transform: (code: string, id: string) => (id === module ? code.replace(right, () => wrong) : undefined),
  }
}
