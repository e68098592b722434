import * as v from 'valibot'
import {
  address,
  clientId,
  endpoints,
  name,
  origin,
  prefix,
  providerId,
  scopes,
  strictObject,
  text,
  whole,
} from '../providers/setup-parts'
import { clientAuths } from '../shared/view'

// Else it would be another one by the folder from which a command is given.
const wholePath = v.pipe(
  text(1024),
  v.regex(/^(\/|[A-Za-z]:[\\/])/, 'must be the whole path of a file, from the root'),
)

// A secret never stands in the configuration, which people copy, mail and commit: only where it is found.
const secret = v.union(
  [
    strictObject({ env: v.pipe(v.string(), v.regex(/^\w{1,128}$/, 'must be the name of a variable')) }),
    strictObject({ file: wholePath }),
  ],
  'must say where the secret is: {"env": "NAME"} or {"file": "/path"}',
)

const list = <S extends v.GenericSchema>(item: S, most = 64) =>
  v.pipe(v.array(item), v.minLength(1, 'must name at least one'), v.maxLength(most))

// As logs name them.
const user = v.pipe(text(300), v.regex(/^(user:.|key:[\w-]{43}$)/))

const key = strictObject({
  label: text(60),
  clientId,
  clientSecret: secret,
  /** Who may use its data: subjects and thumbprints as logs name them, or everybody who may use the relay. */
  users: v.union(
    [v.literal('everybody'), list(user, 10_000)],
    'must be everybody, or a list of user:<subject> and key:<thumbprint>',
  ),
})

const provider = strictObject({
  id: providerId,
  name: v.optional(name),
  clientId: v.optional(clientId),
  clientSecret: v.optional(secret),
  clientAuth: v.optional(v.picklist(clientAuths, 'must be none, basic, post or json')),
  grants: v.optional(
    list(
      v.picklist(
        ['authorization_code', 'refresh_token', 'exchange', 'revocation'],
        'must be authorization_code, refresh_token, exchange or revocation',
      ),
    ),
  ),
  redirects: v.optional(list(address)),
  scopes: v.optional(scopes),
  keys: v.optional(list(key)),
  methods: v.optional(
    list(
      v.picklist(
        ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        'must be GET, HEAD, POST, PUT, PATCH or DELETE',
      ),
    ),
  ),
  audience: v.optional(address),
  issuer: v.optional(address),
  endpoints: v.optional(endpoints),
  api: v.optional(list(prefix, 16)),
})

// RFC 7638 with SHA-256: 32 bytes in base64url.
const thumbprint = v.pipe(v.string(), v.regex(/^[\w-]{43}$/, 'must be a thumbprint of 43 characters'))

const users = strictObject({
  issuer: v.optional(
    strictObject({
      issuer: address,
      audience: text(512),
      jwks: address,
      algorithms: v.optional(
        list(
          v.picklist(
            ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
            'must be the name of an algorithm with a public key',
          ),
        ),
        ['RS256', 'PS256', 'ES256', 'EdDSA'],
      ),
      clients: v.optional(list(text(512))),
      /** The client id whose ID tokens are taken as well, where the provider gives no access tokens for an audience. */
      idTokenFor: v.optional(text(512)),
    }),
  ),
  keys: v.optional(v.pipe(v.array(thumbprint), v.maxLength(10_000))),
  /** A file of admitted keys, which `relay admit` writes. */
  keysFile: v.optional(wholePath),
})

const sealingKey = strictObject({
  id: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/, 'must be a short id')),
  key: secret,
})

const listen = (port: number) =>
  v.optional(
    strictObject({ host: v.optional(text(255), '127.0.0.1'), port: v.optional(whole(0, 65_535), port) }),
    {},
  )

/** The schema of a relay's configuration; what it cannot say is in `config-faults.ts`. */
export const relaySchema = strictObject({
  version: v.literal(1, 'must be 1'),
  origin,
  extensions: v.optional(list(v.pipe(v.string(), v.regex(/^[a-p]{32}$/, 'must be the id of an extension')))),
  providers: v.pipe(v.array(provider), v.minLength(1, 'must name a provider'), v.maxLength(64)),
  users,
  sealing: v.optional(list(sealingKey)),
  perMinute: v.optional(
    strictObject({
      tokens: v.optional(whole(1, 1_000_000), 60),
      calls: v.optional(whole(1, 1_000_000), 600),
    }),
    {},
  ),
  listen: listen(8787),
  operations: listen(8788),
})

export type RelayFile = v.InferOutput<typeof relaySchema>
export type FileProvider = RelayFile['providers'][number]
export type Grant = NonNullable<FileProvider['grants']>[number]

/** What of a configuration is well formed by itself; `undefined` stands where something is not. */
export type Parts = {
  users: RelayFile['users'] | undefined
  listen: RelayFile['listen'] | undefined
  operations: RelayFile['operations'] | undefined
  sealing: (NonNullable<RelayFile['sealing']>[number] | undefined)[]
  providers: (FileProvider | undefined)[]
}

/** Takes a configuration that does not hold apart, so that what its other parts mean can be looked at as well. */
export function partsOf(json: unknown): Parts {
  const { users, listen, operations, sealing, providers } = Object(json) as Record<string, unknown>
  const { entries } = relaySchema
  const held = <S extends v.GenericSchema>(schema: S, value: unknown) => {
    const parsed = v.safeParse(schema, value)
    return parsed.success ? parsed.output : undefined
  }
  const listed = <S extends v.GenericSchema>(schema: S, value: unknown) =>
    Array.isArray(value) ? value.slice(0, 64).map(one => held(schema, one)) : [undefined]
  return {
    users: held(entries.users, users),
    listen: held(entries.listen, listen),
    operations: held(entries.operations, operations),
    sealing: sealing === undefined ? [] : listed(sealingKey, sealing),
    providers: listed(provider, providers),
  }
}
