import { sayInPanel as say } from '../../../shared/texts/panel'

/** A score out of a hundred, as a number and a bar. */
export function Score({ score }: { score: number | undefined }) {
  if (score === undefined) return null
  return (
    <div class="score">
      <span class="muted">{say('score')}</span>
      <meter min={0} max={100} value={score} aria-label={say('score')} />
      <strong>{score}</strong>
    </div>
  )
}
