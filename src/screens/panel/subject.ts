import { signal } from '@preact/signals'

/** The person whom the page at `address` is about; without name and e-mail where it is about nobody we know. */
export type Subject = { address: string | undefined; name?: string; email?: string }

/** What the block that knows the page found out last; other blocks look that person up. */
export const subject = signal<Subject | undefined>(undefined)
