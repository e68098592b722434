import type * as whole from '../../../src/background/sites'

export * from '../../../src/background/sites'

/** Takes wherever a script of ours runs for a site. */
export const isSite: typeof whole.isSite = () => true
