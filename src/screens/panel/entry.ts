import { signal } from '@preact/signals'

/** The site that this panel stands on, by the background's word; undefined while it is being asked. */
export const entry = signal<{ site: string } | 'refused' | undefined>(undefined)
