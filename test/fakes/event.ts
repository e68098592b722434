/** One life of the background. What a dead one still does reaches nothing and is answered by nothing. */
export type Life = { isOver: boolean }

/** Whoever is no worker of ours, and outlives them all. */
export const elsewhere: Life = { isOver: false }

export type Listener<Args extends unknown[]> = (...args: Args) => unknown

/** An event as the extension registers for it; a worker's listeners die with it. */
export class FakeEvent<Args extends unknown[]> {
  readonly listeners = new Map<Listener<Args>, Life>()

  get isHeard(): boolean {
    return [...this.listeners.values()].some(({ isOver }) => !isOver)
  }

  fire(...args: Args): unknown[] {
    return [...this.listeners].flatMap(([listener, life]) => (life.isOver ? [] : [listener(...args)]))
  }

  /** The event as those have it who live this life. */
  of(life: Life) {
    return {
      addListener: (listener: Listener<Args>) => void this.listeners.set(listener, life),
      removeListener: (listener: Listener<Args>) => void this.listeners.delete(listener),
      hasListener: (listener: Listener<Args>) => this.listeners.has(listener),
    }
  }
}
