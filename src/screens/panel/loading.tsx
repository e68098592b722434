import type { ComponentChildren } from 'preact'
import { sayInPanel as say } from '../../shared/texts/panel'
import { Button } from '../ui/button'
import { Notice } from '../ui/notice'
import type { Loaded } from './use-api'

/**
 * Shows what a call brought, or that it is under way, found nothing (`missing` in words) or failed. Where it failed
 * because the login may not do that, `forbidden` says so instead; trying again would not help.
 */
export function Loading<T>({
  loaded,
  again,
  missing,
  forbidden,
  children,
}: {
  loaded: Loaded<T>
  again: () => void
  missing: string
  forbidden?: string
  children: (value: T) => ComponentChildren
}) {
  switch (loaded.at) {
    case 'loading':
      return (
        <div class="skeleton" role="status" aria-label={say('loading')}>
          <span />
          <span />
          <span />
        </div>
      )
    case 'missing':
      return <p class="muted">{missing}</p>
    case 'failed':
      if (forbidden && loaded.code === 'scope-missing') return <Notice>{forbidden}</Notice>
      return (
        <>
          <Notice tone="attention">{loaded.sentence}</Notice>
          <Button onClick={again}>{say('tryAgain')}</Button>
        </>
      )
    case 'ready':
      return <>{children(loaded.value)}</>
  }
}
