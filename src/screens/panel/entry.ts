import { signal } from '@preact/signals'

/** The site, and the document of it, that this panel stands on, by the background's word; undefined while it is being asked. */
export const entry = signal<{ site: string; page: string } | 'refused' | undefined>(undefined)
