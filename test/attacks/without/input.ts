import * as v from 'valibot'
import * as whole from '../../../src/background/routes'

/** Takes whatever is sent for what it should be. */
export const routes = Object.fromEntries(
  Object.entries(whole.routes).map(([name, route]) => [name, { ...route, input: v.any() }]),
) as unknown as typeof whole.routes

export type * from '../../../src/background/routes'
