/** Whether an address fits one of some match patterns. A pattern without a port is one for all ports of its host. */
export function patternsCover(patterns: Iterable<string>, address: string): boolean {
  const { protocol, hostname, port, pathname } = new URL(address)
  return [...patterns].some(pattern => {
    const [, scheme, host = '', wantedPort, path = ''] =
      /^(\*|https?):\/\/(\*|[^/:]+)(?::(\d+|\*))?(\/.*)$/.exec(pattern) ?? []
    if (scheme === undefined) throw new Error(`Invalid match pattern: ${pattern}`)
    return (
      `${scheme}:` === protocol &&
      (host === '*' || host === hostname) &&
      (wantedPort === undefined || wantedPort === '*' || wantedPort === port) &&
      new RegExp(`^${path.split('*').map(escaped).join('.*')}$`).test(pathname)
    )
  })
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Whether a permission for some match patterns includes another one. */
export function permits(granted: ReadonlySet<string>, wanted: string): boolean {
  return granted.has(wanted) || granted.has(`${new URL(wanted).protocol}//*/*`)
}
