import { speaker } from './speaker'

/** What a permit lets a site do. */
export const sayOfPermit = speaker({
  mayRead: 'May read',
  mayChange: 'May create, change and delete',
})
