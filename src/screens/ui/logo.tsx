import type { Provider } from '../../providers/provider'

/** A provider's neutral tile; its name always stands beside it. */
export function Logo({ provider: { logo } }: { provider: Provider }) {
  return (
    <span class="logo" style={{ backgroundColor: logo.colour }} aria-hidden="true">
      {logo.letters}
    </span>
  )
}
