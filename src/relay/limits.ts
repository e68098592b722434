/** Times and sizes of the relay. Milliseconds and bytes; the upstream's are `limits` of src/shared. */
export const relayLimits = {
  /** Bodies of token requests. */
  tokenBody: 64 * 1024,
  /** A proof is taken this long before and after its `iat`, and remembered for as long (RFC 9449 section 11.1). */
  proof: 60_000,
  /** An identity provider's clock may be off by this. */
  clockTolerance: 30_000,
  /** Its keys are fetched anew after this, and at most so often for a key that is unknown. */
  jwksAge: 10 * 60_000,
  jwksCooldown: 30_000,
  jwksTimeout: 5_000,
  /** Verified tokens that are remembered until they end, so as not to be verified for every request. */
  rememberedTokens: 10_000,
  /** More than an instance can check in the time for which they are remembered. */
  rememberedProofs: 300_000,
  /** Users whose requests are counted before those that have long been quiet are forgotten. */
  countedUsers: 10_000,
  /** A key's token that the API refuses is fetched anew at most so often. */
  tokenAgain: 60_000,
  /** A connection on which nothing moves is closed after this, or after twice as much where an answer waits to be read. */
  quiet: 45_000,
  /** Bytes of the log that may wait for whoever reads it. */
  unwritten: 8 * 1024 * 1024,
  /** Requests that are under way have this long to end when the relay is stopped. */
  stop: 20_000,
} as const
