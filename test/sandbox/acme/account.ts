import type { SandboxUser } from '../people'

/** A person's id at Acme. */
export const subOf = (user: SandboxUser) => `acme-${user.id}`

/** Who somebody is, as `/userinfo` and `/v1/me` tell it. */
export const accountOf = (user: SandboxUser) => ({ sub: subOf(user), name: user.name, email: user.email })
