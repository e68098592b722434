import { Icon } from './icon'

/** A link to a page of somebody else's, in a new tab. */
export function ExternalLink({ href, children }: { href: string; children: string }) {
  return (
    <a class="link" href={href} target="_blank" rel="noreferrer">
      {children}
      <Icon name="leave" />
    </a>
  )
}
