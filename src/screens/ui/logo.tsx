import type { ProviderView } from '../../shared/view'

/** A provider's neutral tile; its name always stands beside it. */
export function Logo({ provider: { logo } }: { provider: Pick<ProviderView, 'logo'> }) {
  return (
    <span class="logo" style={{ backgroundColor: logo.colour }} aria-hidden="true">
      {logo.letters}
    </span>
  )
}
