import * as whole from '../../../src/background/routes'

/** Lets everybody call everything that does not need to know who calls. */
export const routes = Object.fromEntries(
  Object.entries(whole.routes).map(([name, route]) => [
    name,
    { ...route, from: ['screen', 'panel', 'site'] },
  ]),
) as unknown as typeof whole.routes

export type * from '../../../src/background/routes'
