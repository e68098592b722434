import type * as Oidc from 'oidc-provider'

/**
 * Loads oidc-provider. It says on import that Node 20 is too old for it; it works there, and the line would be in
 * every run.
 */
export async function importOidc(): Promise<typeof Oidc> {
  const { warn } = console
  console.warn = (...parts: unknown[]) => {
    if (!String(parts[0]).includes('oidc-provider WARNING: Unsupported runtime')) warn(...parts)
  }
  try {
    return await import('oidc-provider')
  } finally {
    console.warn = warn
  }
}
