import { useEffect, useState } from 'preact/hooks'
import { browser } from '../../browser'
import { sayInPopup as say } from '../../shared/texts/popup'
import type { View } from '../../shared/view'
import { ask } from '../ui/ask'
import { Button } from '../ui/button'
import { send } from '../ui/connect'
import { useSite } from '../ui/use-site'
import { pageAt } from './this-page'

/** The page that the popup was opened on: the offer to use Dealpass there, or that it runs, and how that ends. */
export function PageItem({ view }: { view: View }) {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    void browser.tabs.query({ active: true, currentWindow: true }).then(([tab]) => setAddress(tab?.url))
  }, [view])
  const page = pageAt(address, view)
  if (!page) return null
  const { origin, host, isUsed, isProposed, permits } = page
  return (
    <section class="page" aria-label={say('thisPage')} tabIndex={-1} data-row={origin} data-group={origin}>
      <p class="small muted">
        {isUsed ? say('runsHere', { permits }) : `${isProposed ? say('proposed') : ''} ${say('useHint')}`}
      </p>
      <Button
        // One must not turn into the other under the finger.
        key={isUsed}
        onClick={() => (isUsed ? send(ask('leaveSite', { origin })) : useSite(origin))}
      >
        {say(isUsed ? 'stopUsing' : 'use', { host })}
      </Button>
    </section>
  )
}
