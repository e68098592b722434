import type * as whole from '../../../src/background/lately'

export type * from '../../../src/background/lately'

/** Forgets at once. */
export const lately: typeof whole.lately = () => ({ note: () => undefined, was: () => false })
