import { useEffect, useRef } from 'preact/hooks'
import { say } from '../../shared/texts/screens'
import type { ConnectionView, ProviderView } from '../../shared/view'
import { ask } from './ask'
import { Button } from './button'
import { send } from './connect'
import { connectionName } from './connection'
import { Icon } from './icon'
import { isParting, parting, partingQuestion } from './parting'

/** What Disconnect asks in the row itself, where the answer could not be taken back. Escape keeps. */
export function PartingQuestion({
  provider,
  connection,
}: {
  provider: ProviderView
  connection: ConnectionView
}) {
  const question = partingQuestion(connection)
  const isOpen = isParting(connection)
  const box = useRef<HTMLFieldSetElement>(null)
  useEffect(() => {
    if (isOpen) box.current?.focus()
  }, [isOpen])
  if (!isOpen || !question) return null

  const name = connectionName(provider, connection)
  const keep = () => {
    const row = box.current?.closest('[data-row]')
    parting.value = undefined
    // Once the buttons are back, to the one that led here.
    setTimeout(() => row?.querySelector<HTMLElement>('[data-action=disconnect]')?.focus())
  }
  const disconnect = (how: { leave?: boolean }) => {
    parting.value = undefined
    send(ask('disconnect', { connection: connection.id, ...how }), provider)
  }
  return (
    <fieldset
      class="parting"
      ref={box}
      aria-labelledby={`parting-${connection.id}`}
      tabIndex={-1}
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        // Else the popup itself would close.
        event.preventDefault()
        keep()
      }}
    >
      <p id={`parting-${connection.id}`}>
        <Icon name="attention" />
        {question === 'token' ? say('tokenElsewhere') : say('keyNowhereElse', { provider: provider.name })}
      </p>
      {question === 'token' ? (
        <>
          <Button
            name={say('buttonName', { action: say('forgetHere'), target: name })}
            onClick={() => disconnect({ leave: true })}
          >
            {say('forgetHere')}
          </Button>
          <Button name={say('revokeAt', { provider: name })} onClick={() => disconnect({ leave: false })}>
            {say('revokeAt', { provider: provider.name })}
          </Button>
        </>
      ) : (
        <Button
          name={say('buttonName', { action: say('forgetKey'), target: name })}
          onClick={() => disconnect({})}
        >
          {say('forgetKey')}
        </Button>
      )}
      <Button onClick={keep}>{say('keep')}</Button>
    </fieldset>
  )
}
