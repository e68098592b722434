import { expect, vi } from 'vitest'
import { world } from '../fakes/world'
import { figures } from './figures'
import { Model } from './model'
import type { Mode } from './modes'
import { Player } from './player'
import { newProfile } from './profile'
import { hosts } from './providers'
import { Stage } from './stage'

/** One thing that happens. `of` is which of the connections. */
export type Event =
  | { kind: 'pass'; seconds: number }
  | { kind: 'ask'; of: number; asked: string[] }
  | { kind: 'mode'; host: number; mode: Mode }
  | { kind: 'end login'; of: number }
  | { kind: 'stop'; on: boolean }
  | { kind: 'disconnect'; of: number }
  | { kind: 'undo'; of: number }
  | { kind: 'reconnect'; of: number }
  /** An ask whose answer takes its time, and what happens meanwhile. */
  | { kind: 'slow'; of: number; during: 'stop' | 'disconnect' | 'time' }
  /** An ask whose refresh token somebody else has used in the same moment, and written down what came of it. */
  | { kind: 'overtaken'; of: number }
  /** The worker dies so many turns of its loop after something began, and is started again so many seconds later. */
  | {
      kind: 'death'
      in: 'ask' | 'reconnect' | 'disconnect' | 'undo' | 'stop'
      of: number
      turns: number
      /** A refresh that has reached its server by then is not answered any more. */
      isOut: boolean
      after: number
    }
  | { kind: 'restart' }
  | { kind: 'browser' }

/** What holds for a whole sequence. `life` is seconds, `window` milliseconds; `chance` is what `Math.random` begins with. */
export type Sequence = {
  rotates: boolean
  window: number
  life: number
  chance: number
  events: Event[]
}

/**
 * Runs sequences one after the other on one profile, with three connections at two servers, against the real background,
 * and looks after each event whether all is as the model has it. After each sequence the servers are well again, time
 * passes, and everything has to work.
 */
export async function run(sequences: Sequence[]): Promise<void> {
  const rejections: unknown[] = []
  const note = (error: unknown) => rejections.push(error)
  process.on('unhandledRejection', note)
  try {
    const player = await newPlayer()
    for (const [number, sequence] of sequences.entries()) {
      const { rotates, window, life, chance } = sequence
      vi.spyOn(Math, 'random').mockImplementation(chanceFrom(chance))
      Object.assign(player.stage.server, { rotates, window, life })
      player.stage.model.life = life * 1000
      for (const [index, event] of [...sequence.events, { kind: 'end' } as const].entries())
        try {
          if (event.kind === 'end') await player.mend()
          else await player.play(event)
          await player.check()
          expect(rejections, 'rejections that nobody heard').toEqual([])
        } catch (error) {
          throw new Error(`In sequence ${number} at event ${index} (${event.kind}): ${error}`, {
            cause: error,
          })
        }
      figures.count('sequence')
    }
    await player.end()
  } finally {
    process.off('unhandledRejection', note)
    world.takeReports()
    world.strays.length = 0
  }
}

async function newPlayer(): Promise<Player> {
  const stage = new Stage(await newProfile(), new Model())
  stage.model.life = stage.server.life * 1000
  for (const [index, host] of [hosts[0], hosts[0], hosts[1]].entries())
    stage.model.connections[index] = await stage.begin(host, `user-${index}`)
  const player = new Player(stage)
  await player.check()
  return player
}

// Waiting times have some chance in them (mulberry32), which has to be the same when a sequence is run again.
function chanceFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
