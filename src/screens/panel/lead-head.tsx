/** Who a lead is, with one word about where it stands. */
export function LeadHead({ name, under, badge }: { name: string; under?: string; badge?: string }) {
  return (
    <div class="lead-head">
      <div>
        <h3>{name}</h3>
        {under && <p class="small muted">{under}</p>}
      </div>
      {badge && <span class="badge">{badge}</span>}
    </div>
  )
}
