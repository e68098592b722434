/** Who or what a record is about, with one word about where it stands. */
export function RecordHead({ name, under, badge }: { name: string; under?: string; badge?: string }) {
  return (
    <div class="record-head">
      <div>
        <h3>{name}</h3>
        {under && <p class="small muted">{under}</p>}
      </div>
      {badge && <span class="badge">{badge}</span>}
    </div>
  )
}
