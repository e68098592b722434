import { type AcmeSwitches, createAcme } from './acme/acme'
import { makeCertificate } from './certificate'
import { createClock } from './clock'
import { startControl } from './control'
import { createCrm } from './crm/crm'
import type { CommonSwitches, SandboxServer } from './exchange'
import { startFront } from './front'
import { type LoopbackOrigins, startLoopback } from './loopback'
import { users } from './people'
import { createReception } from './reception'
import { createRecording, type Seen, type SeenFilter } from './record'
import { createRelayGate, type RelaySwitches } from './relay/relay'
import { createSalesos, type SalesosSwitches } from './salesos/salesos'
import { createSell, type SellSwitches } from './sell/sell'
import { createSellsn, type SellsnSwitches } from './sellsn/sellsn'
import { createSellytics, type SellyticsSwitches } from './sellytics/sellytics'
import { sandboxSetup } from './setup'
import { createSites, type SitesSwitches } from './sites/sites'
import { createWatch, type Violation, type Watch } from './watch'

export type { Fault } from './exchange'
export type { Seen } from './record'
export { practiceSetup, relayedSetup, sandboxSetup } from './setup'

/** What can be switched, per server. */
type Switches = {
  sell: SellSwitches
  salesos: SalesosSwitches
  sellytics: SellyticsSwitches
  sellsn: SellsnSwitches
  acme: AcmeSwitches
  crm: CommonSwitches
  sites: SitesSwitches
  relay: RelaySwitches
}
export type ServerName = keyof Switches

export type SandboxOptions = {
  /**
   * The redirect addresses that are registered per provider, compared exactly (SellSN: as its switch says). Where a
   * provider has none, any Chromium or Firefox extension's address with the provider's own path will do.
   */
  redirects?: { sell?: string[]; salesos?: string[]; sellsn?: string[]; acme?: string[] }
  /** The paths of extensions' redirect addresses that Acme takes: the ids that setups give it. Default `['acme']`. */
  acmePaths?: string[]
  /** Whether SalesOS' issuer ends with a slash, as Auth0's do. Default true. */
  issuerSlash?: boolean
  /**
   * Whether every host can be reached by plain http on 127.0.0.1 as well, one port for each: free ones, or from
   * `firstPort` on, those left out that are taken. Default not.
   */
  loopback?: true | { firstPort: number }
  /** Whether the third-party sites, and no other host, are there by plain http, too, on one port. Default not. */
  plainHttp?: boolean
  /** How switches stand at the start and after `reset`, where it differs from the usual. */
  switches?: { [Name in ServerName]?: Partial<Switches[Name]> }
}

export type Sandbox = {
  /** The TLS front on 127.0.0.1: `--host-resolver-rules="MAP *:443 127.0.0.1:PORT"`. */
  port: number
  /** The plain-http front of the sites on 127.0.0.1, where `plainHttp` asks for it: `MAP *:80 127.0.0.1:PORT`. */
  httpPort: number | undefined
  /** For `--ignore-certificate-errors-spki-list`: base64 SHA-256 of the certificate's SubjectPublicKeyInfo. */
  spki: string
  /** The control address, `http://127.0.0.1:PORT`. */
  control: string
  servers: ServerName[]
  hosts: string[]
  /** The address that stands for each host, `http://127.0.0.1:PORT`; nothing where `loopback` is off. */
  loopback: LoopbackOrigins
  users: typeof users
  /** Every request that any server received, in the order of arrival. */
  saw(filter?: SeenFilter): Seen[]
  /** Which rules were broken since the last `forget`. A run fails when this is not empty. */
  violations(): Violation[]
  /** Every secret that was issued or used so far, and the server whose it is. */
  secrets: Watch['secrets']
  /** Clears `saw` and `violations`. */
  forget(): void
  /** Moves one server's clock. */
  advance(server: ServerName, ms: number): void
  /** Stops one server's clock until `reset`; `advance` still moves it. For tests that count in seconds. */
  hold(server: ServerName): void
  /** Changes switches. Throws a `TypeError` for one that the server does not have. */
  set<Name extends ServerName>(server: Name, patch: Partial<Switches[Name]>): void
  /** Ends everybody's browser sessions at one server. Grants and tokens live on. */
  signOut(server: ServerName): void
  /** Takes all grants and tokens of one server back (but SalesOS' JWT access tokens, which live until their end). */
  withdraw(server: ServerName): void
  /** Sends the answers that `late` faults have kept back so far, and closes the sockets that `hang` faults have. */
  release(): void
  /** Switches, faults, sessions, grants, issued tokens and clocks go back to the start. Requests stay recorded. */
  reset(): void
  /** Resolves with the first answered request since the last `forget` that matches; rejects after `timeout` ms (10,000). */
  waitFor(filter: SeenFilter, options?: { timeout?: number }): Promise<Seen>
  stop(): Promise<void>
}

/**
 * Starts the providers, the demo CRM and the invented third-party sites on loopback, under their real host names behind
 * one TLS port. Nothing is written to disk. Rejects where no port can be opened.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { redirects = {}, switches = {}, issuerSlash, acmePaths } = options
  const loopback: LoopbackOrigins = {}
  const recording = createRecording()
  const watch = createWatch()
  const sell = createSell(createClock(), watch, { redirects: redirects.sell, switches: switches.sell })
  const crm = createCrm(createClock(), loopback, { switches: switches.crm })
  const salesos = await createSalesos(createClock(), watch, loopback, {
    redirects: redirects.salesos,
    switches: switches.salesos,
    issuerSlash,
  })
  const sellytics = await createSellytics(createClock(), watch, { switches: switches.sellytics })
  const sellsn = createSellsn(createClock(), watch, {
    redirects: redirects.sellsn,
    switches: switches.sellsn,
  })
  const acme = createAcme(createClock(), watch, {
    redirects: redirects.acme,
    paths: acmePaths,
    switches: switches.acme,
  })
  const sites = createSites(createClock(), loopback, { switches: switches.sites })
  const relay = createRelayGate(createClock(), { switches: switches.relay })
  const byName = { sell, salesos, sellytics, sellsn, acme, crm, sites, relay } satisfies Record<
    ServerName,
    unknown
  >
  const servers: SandboxServer[] = [sell, salesos, sellytics, sellsn, acme, crm, sites, relay]
  const hosts = servers.flatMap(server => server.hosts)
  const certificate = await makeCertificate(hosts)
  const reception = createReception(servers, recording, watch)
  const front = await startFront(reception, certificate)
  // Of its own, so that no provider is served there, and a secret that is sent to one without TLS is a violation.
  const plainReception = createReception([sites], recording, watch)
  const plainFront = options.plainHttp ? await startFront(plainReception) : undefined
  const practice = options.loopback
    ? await startLoopback(
        hosts,
        reception,
        options.loopback === true ? undefined : options.loopback.firstPort,
      )
    : undefined
  Object.assign(loopback, practice?.origins)

  const sandbox: Omit<Sandbox, 'control' | 'stop'> = {
    port: front.port,
    httpPort: plainFront?.port,
    spki: certificate.spki,
    servers: ['sell', 'salesos', 'sellytics', 'sellsn', 'acme', 'crm', 'sites', 'relay'],
    hosts,
    loopback,
    users,
    saw: recording.saw,
    violations: watch.violations,
    secrets: watch.secrets,
    forget: () => {
      recording.forget()
      watch.forget()
    },
    advance: (server, ms) => byName[server].clock.advance(ms),
    hold: server => byName[server].clock.hold(),
    set: (server, patch) => byName[server].switches.set(patch),
    signOut: server => byName[server].signOut(),
    withdraw: server => byName[server].withdraw(),
    release: () => {
      reception.release()
      plainReception.release()
    },
    reset: () => {
      for (const server of servers) {
        server.switches.reset()
        server.clock.reset()
        server.signOut()
        server.withdraw()
        server.reset()
      }
      reception.release()
      plainReception.release()
    },
    waitFor: recording.waitFor,
  }
  const control = await startControl(sandbox, isWhole =>
    isWhole ? sandboxSetup({ all: true }) : sandboxSetup(),
  )
  return {
    ...sandbox,
    control: control.address,
    stop: async () => {
      await Promise.all([front.stop(), plainFront?.stop(), practice?.stop(), control.stop()])
    },
  }
}
