import type { SetupView } from '../shared/view'

/**
 * The setup in force as a file that can be imported again. Secrets are not in it: a screen never has them, and
 * whoever imports it adds them, or has them from the vault where it is the same browser.
 */
export function exportSetup({ organisation, providers, sites, rules }: SetupView): string {
  const entries = Object.entries(providers).flatMap(([id, { hasSecret: _, isRetired, ...configured }]) =>
    isRetired ? [] : [{ id, ...configured }],
  )
  const setup = {
    version: 1,
    ...(Object.keys(organisation).length > 0 ? { organisation } : {}),
    providers: entries,
    ...(sites.length > 0 ? { sites } : {}),
    ...(Object.keys(rules).length > 0 ? { rules } : {}),
  }
  return `${JSON.stringify(setup, null, 2)}\n`
}
