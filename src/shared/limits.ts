/** Every time and size of the product, in one place. Times are milliseconds, sizes are bytes. */
export const limits = {
  /** A token or API request that has not answered is given up (Chromium ends a worker whose fetch takes over 30 s). */
  request: 15_000,
  /** A call for a site, waiting for a renewal and the second try after it included. */
  call: 30_000,
  /** A person signing in, password manager and second factor included. */
  signIn: 10 * 60_000,
  /** The browser's prompt for a host that is still open after this counts as refused. */
  permissionPrompt: 2 * 60_000,
  /** A silent renewal of a connection without a refresh token. */
  silentSignIn: 20_000,
  /** Disconnect can be undone this long; revocation begins after it. */
  undo: 10_000,
  /** Alarms of a packed extension cannot come sooner (Chrome 120 and later). */
  alarm: 30_000,
  /** A timer may fire this much before its time, and is then on time. */
  early: 50,
  /** A token endpoint that does not answer is asked again after this; then after twice as long, each time, up to the most. */
  retry: 2_000,
  retryMost: 5 * 60_000,
  /** Whoever asks shortly before the next try waits for it. */
  patience: 5_000,
  /** The longest that a server's own `Retry-After` is believed. */
  retryAfterMost: 60 * 60_000,
  /** Tries without anybody asking for it, about an hour of them. */
  retries: 18,
  /** What just failed in a way that trying again would not mend is not tried again for this long. */
  again: 60_000,
  /** A panel's ticket is spent or void after this. */
  ticket: 10_000,
  /** `Allow` on the consent screen is dead this long, so that a click meant for what lay beneath cannot hit it. */
  allowDelay: 500,
  /** A click or key on a page counts this long (the browser's transient activation). */
  gesture: 5_000,
  /** A worker that waits for the user calls the browser this often, so as not to be ended after 30 s of silence. */
  awake: 20_000,
  /** A site that was denied is refused without a question for this long. */
  denial: 10 * 60_000,
  /** A permit *For 8 hours*. */
  hours: 8 * 60 * 60_000,
  /** An access token with more than this left is not leased unless the setup's rules.maxLeaseMinutes says otherwise. */
  lease: 60 * 60_000,
  /** Assumed life of an access token whose server does not tell (RFC 6749 section 5.1 only recommends expires_in). */
  unknownLife: 5 * 60_000,
  /** A code younger than this has not run out at any provider that says how long one lasts (SellSN: 1 minute). */
  exchangeCode: 60_000,
  /** The end of a key that has none: the last day that a `Date` can be (ECMA-262). */
  never: 8.64e15,
  /** A clock that is further off than this is said to be wrong. */
  clock: 5 * 60_000,
  /** A connection that was used within this is renewed ahead of time; its use is noted this often. */
  inUse: 30 * 60_000,
  usedEvery: 60_000,
  /** A login that nobody uses is renewed this long before it would end, where the user wants that. */
  warm: 3 * 24 * 60 * 60_000,
  warmEvery: 24 * 60 * 60_000,
  /** Rounds of PBKDF2 with SHA-256 that a passphrase is put through (OWASP Password Storage Cheat Sheet, 2023). */
  rounds: 600_000,
  /** Characters that a passphrase has at least. */
  passphrase: 12,
  /** Without use for so long it locks itself, unless the setup's rules.lockAfterMinutes says otherwise. */
  lockAfterMinutes: 60,
  /** Requests that an origin may make at once, and how many more each second. */
  rateBurst: 1_500,
  ratePerSecond: 50,
  /** Origins whose requests are counted before those that have long been quiet are forgotten. */
  rateOrigins: 1_000,
  /** How many refresh tokens of earlier logins a connection remembers, so that its Disconnect ends them. */
  superseded: 8,
  /** Characters of an account's name or e-mail that are kept (RFC 5321 section 4.5.3.1.3 lets an address have 254). */
  accountText: 254,
  /** Scopes of one answer that are kept. */
  scopes: 64,
  /**
   * Calls of one site to one API that are out at once. More would wait in the browser, which sends six to a host of HTTP/1.1,
   * with their time running; and all of them would find out by themselves that their token has ended.
   */
  callsAtOnce: 16,
  /** Bodies of brokered calls, both ways. */
  body: 4 * 1024 * 1024,
  /** Answers of OAuth endpoints: a token answer beyond this is nonsense. */
  tokenBody: 256 * 1024,
  /** A setup file. */
  setup: 256 * 1024,
  /** Lines of the activity log that are kept, and for how many days unless the setup's rules.keepReceiptsDays says otherwise. */
  receipts: 2_000,
  receiptDays: 30,
  /** What is added up is on disk this long after it happened; what a worker loses that dies is no more. */
  receiptFlush: 2_000,
  /** Uses within this are added up in one line: a day of polling is 24 of them. */
  receiptSpan: 60 * 60_000,
  /** Refusals of one kind and day that have a line each; more are counted in the last of them. */
  receiptRefusals: 10,
} as const

/** The same for what runs on pages, apart, because every page pays for it. */
export const pageLimits = {
  /** An SDK that hears nothing after this says `not-installed`. */
  installed: 1_500,
} as const

/** How long before its end a token of that life is renewed or given back; milliseconds, as the life is. */
export const renewalMargin = (life: number) => Math.min(life / 2, Math.max(60_000, life / 10))
