/** One of several things to look at; `name` is what the choice is about. */
export function Choice({
  name,
  options,
  value,
  onChoose,
}: {
  name: string
  options: readonly { id: string; text: string }[]
  value: string
  onChoose: (id: string) => void
}) {
  return (
    <select
      class="choice"
      aria-label={name}
      value={value}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
    >
      {options.map(({ id, text }) => (
        <option key={id} value={id}>
          {text}
        </option>
      ))}
    </select>
  )
}
