import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** What the page at `address` is about; without name and e-mail where it is about nobody we know. */
export type Subject = { address: string | undefined; name?: string; email?: string }

const subject = signal<Subject | undefined>(undefined)

/** What the block that knows the page found out about the one at `address`; undefined as long as it has not. */
export function subjectAt(address: string | undefined): Subject | undefined {
  return subject.value?.address === address ? subject.value : undefined
}

/** Tells other blocks what the page is about, so that they can look it up, until the block that knows is gone. */
export function useSubject(found: Subject | undefined): void {
  useEffect(() => {
    subject.value = found
  }, [found?.address, found?.name, found?.email])
  useEffect(
    () => () => {
      subject.value = undefined
    },
    [],
  )
}

/** Whether two e-mail addresses are one person's. */
export function isSameEmail(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase()
}
