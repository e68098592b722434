/** Who a request comes from: an identity provider's subject, or an admitted key. */
export type User = {
  /** `user:<subject>` or `key:<thumbprint>`: what logs, allow-lists and sealed tokens name. */
  id: string
  /** Who says so, of a subject: another issuer's same subject is somebody else. */
  issuer?: string
}

/**
 * What a proof of possession is compared with. `target` is the path with its query; `body` reads the bytes, which nobody
 * does for who has not shown the rest. `accept` is told who it is before the proof is remembered, and may throw.
 */
export type Asked = {
  method: string
  target: string
  body(): Promise<ArrayBuffer>
  /** Told who it says it is, for the log. */
  claim(user: User): void
  accept(user: User): void
}
