import type { Tokens } from '../oauth/tokens'
import type { AttemptId } from '../shared/view'
import { dataKey } from './data-key'
import type { ConnectEntry } from './journal'
import { inOrder } from './queue'
import { seal, unseal } from './sealed'
import { read, write } from './vault'

/** Writes down how far a Connect has come. */
export async function noteStep(attempt: AttemptId, step: 'sign-in' | 'exchange'): Promise<void> {
  await write(({ journal }) =>
    journal.put({ id: idOf(attempt), kind: 'connect', attempt, step, startedAt: Date.now() }),
  )
}

/** Writes down what a Connect has brought, sealed: from here on a worker that dies loses no login. */
export async function noteReceived(attempt: AttemptId, tokens: Tokens): Promise<void> {
  const id = idOf(attempt)
  await inOrder(id, async () => {
    const sealed = await seal(await dataKey(), ['journal', id], tokens)
    await write(({ journal }) =>
      journal.put({ id, kind: 'connect', attempt, step: 'received', tokens: sealed, startedAt: Date.now() }),
    )
  })
}

/** What a Connect had brought when its worker died; undefined where it had not come so far. Rejects when it is damaged. */
export async function receivedTokens(attempt: AttemptId): Promise<Tokens | undefined> {
  const id = idOf(attempt)
  const entry = await read(({ journal }) => journal.get(id))
  if (entry?.kind !== 'connect' || entry.step !== 'received') return undefined
  return (await unseal(await dataKey(), ['journal', id], entry.tokens)) as Tokens
}

const idOf = (attempt: AttemptId): ConnectEntry['id'] => `connect ${attempt}`
