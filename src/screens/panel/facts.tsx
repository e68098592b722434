/** Pairs of a name and a value; those without a value are left out. */
export function Facts({
  facts,
}: {
  facts: readonly (readonly [label: string, value: string | undefined])[]
}) {
  return (
    <dl class="facts">
      {facts.map(
        ([label, value]) =>
          value && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
