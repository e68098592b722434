import { sayInOptions as say } from '../../shared/texts/options'
import type { Rules } from '../../shared/view'
import { ruleSentences } from './rules'

/** The rules of a setup in plain words; nothing where it has none. */
export function RuleList({ rules }: { rules: Rules }) {
  const sentences = ruleSentences(rules)
  if (sentences.length === 0) return null
  return (
    <>
      <h5>{say('rules')}</h5>
      <ul class="scopes">
        {sentences.map(sentence => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  )
}
