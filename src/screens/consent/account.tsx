import { sayInConsent as say } from '../../shared/texts/consent'
import type { ConnectionId, ConnectionView } from '../../shared/view'
import { accountName } from '../ui/connection'
import type { Asked } from './asked'
import { Radio } from './radio'

/** The choice of the login that is meant. One that cannot be meant stands there with the reason. */
export function Account({
  asked: { provider, choices, chosen },
  place,
  onChoose,
}: {
  asked: Asked
  place: number
  onChoose: (connection: ConnectionId) => void
}) {
  const isFitting = choices.some(({ misfit }) => !misfit)
  return (
    <>
      <div class="accounts" role="radiogroup" aria-labelledby={`account-${place}`}>
        <p id={`account-${place}`}>{say('account')}</p>
        {choices.map(({ connection, misfit }) => {
          const note = misfit ?? noteOf(connection)
          const noteId = `note-${place}-${connection.id}`
          return (
            <div key={connection.id}>
              <Radio
                group={`account-${place}`}
                isChosen={connection.id === chosen?.id}
                describedBy={note && noteId}
                isDisabled={misfit !== undefined}
                onChoose={() => onChoose(connection.id)}
              >
                <bdi>{accountName(connection)}</bdi>
              </Radio>
              {note && (
                <p id={noteId} class="small muted">
                  {say(note)}
                </p>
              )}
            </div>
          )
        })}
      </div>
      {!isFitting && provider && <p class="blocked">{say('noneFits', { provider: provider.name })}</p>}
    </>
  )
}

const noteOf = ({ status }: ConnectionView) =>
  status === 'needs-attention' ? ('needsAttention' as const) : undefined
