import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { AppError, type ErrorCode, faultOf } from '../../shared/errors'
import { explain } from '../ui/ask'
import { ask } from './ask'
import type { Shown } from './panel-state'

/** What came of a call. `missing` is the API's 404. */
export type Loaded<T> =
  | { at: 'loading' }
  | { at: 'ready'; value: T }
  | { at: 'missing' }
  | { at: 'failed'; code: ErrorCode; sentence: string }

/**
 * Reads `path` of the provider's API through the background, and again when `path` or `address` changes or `again`
 * is called; without a path it waits. `read` makes sense of the JSON; what it throws shows as the provider's error,
 * since the answer was none that we understand.
 */
export function useApi<T>(
  { provider, connection }: Shown,
  path: string | undefined,
  address: string | undefined,
  read: (body: unknown) => T,
): { loaded: Loaded<T>; again: () => void } {
  const round = useSignal(0)
  const call = [provider.id, connection.id, path, address, round.value].join(' ')
  // Kept with the call it answers: what belongs to the page before must never show as this page's.
  const latest = useSignal<{ call: string; loaded: Loaded<T> } | undefined>(undefined)
  useEffect(() => {
    if (path === undefined) return
    const control = new AbortController()
    const load = async (): Promise<Loaded<T>> => {
      const { status, body } = await ask(
        'fetch',
        { provider: provider.id, connection: connection.id, path, method: 'GET' },
        control,
      )
      if (status === 404) return { at: 'missing' }
      if (status === 429) throw new AppError('rate-limited')
      if (status === 403) throw new AppError('scope-missing')
      if (status < 200 || status > 299) throw new AppError('provider-rejected')
      try {
        return { at: 'ready', value: read(JSON.parse(new TextDecoder().decode(body))) }
      } catch (cause) {
        throw new AppError('provider-rejected', undefined, { cause })
      }
    }
    const show = (loaded: Loaded<T>) => {
      if (!control.signal.aborted) latest.value = { call, loaded }
    }
    load().then(show, (error: unknown) =>
      show({ at: 'failed', code: faultOf(error).code, sentence: explain(error, provider.name) }),
    )
    return () => control.abort()
  }, [call])
  return {
    loaded: latest.value?.call === call ? latest.value.loaded : { at: 'loading' },
    again: () => round.value++,
  }
}
