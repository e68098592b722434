export * from '../../../src/oauth/token-info'

/** Takes every token for ours. */
export async function confirmClient(): Promise<boolean> {
  return true
}
