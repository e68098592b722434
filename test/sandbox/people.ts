/** A person with an account at every provider of the sandbox. `id` is their user id at Sell. */
export type SandboxUser = {
  id: number
  name: string
  email: string
  password: string
  role: 'admin' | 'user'
}

/** Who can sign in. `rep` owns most leads; `colleague` is the other account that tests connect. */
export const users = {
  rep: {
    id: 6210431,
    name: 'Mia Lindqvist',
    email: 'mia.lindqvist@acme.example',
    password: 'harbour-lights-42',
    role: 'user',
  },
  colleague: {
    id: 6210877,
    name: 'Tom Okafor',
    email: 'tom.okafor@acme.example',
    password: 'copper-kettle-17',
    role: 'admin',
  },
} as const satisfies Record<string, SandboxUser>

const everyone: SandboxUser[] = Object.values(users)

/** The user with this e-mail (in any case) and password, if there is one. */
export function userBySignIn(email: string, password: string): SandboxUser | undefined {
  return everyone.find(user => user.email === email.trim().toLowerCase() && user.password === password)
}

export function userById(id: number): SandboxUser | undefined {
  return everyone.find(user => user.id === id)
}
