import type { Provider } from './provider'

/**
 * The match patterns of the hosts that the background calls for a provider. The authorization endpoint is none of
 * them: the browser's own window opens it, for which no permission is needed.
 */
export function hostsOf({ endpoints, api, whoIsIt }: Provider): string[] {
  const { authorization: _, ...called } = endpoints
  return [...new Set([...Object.values(called), whoIsIt.url, ...api].map(url => `${new URL(url).origin}/*`))]
}
