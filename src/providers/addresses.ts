const loopbackHosts = ['127.0.0.1', 'localhost']

/** Whether an address is on this machine. */
export function isLoopback(address: string): boolean {
  return URL.canParse(address) && loopbackHosts.includes(new URL(address).hostname)
}

/**
 * Whether an address is inside a company or on this machine, as far as its name tells: RFC 1918, 3927, 4193 and 6761,
 * and names without a dot. The URL parser has already made plain dotted numbers of every way to write IPv4.
 */
export function isPrivate(address: string): boolean {
  const { hostname } = new URL(address)
  return (
    /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\..*\d$/.test(
      hostname,
    ) ||
    /^\[(?:::.*|64:ff9b:.*|2002:.*|f[cd].*|fe[89a-f].*)\]$/.test(hostname) ||
    /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|corp|home|lan|home\.arpa)\.?$/.test(hostname) ||
    !/[.:]/.test(hostname.replace(/\.$/, ''))
  )
}
