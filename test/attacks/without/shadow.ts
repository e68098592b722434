import * as whole from '../../../src/content/shadow'

/** Closes nothing. */
export const shadowRoots: typeof whole.shadowRoots = script => {
  const open = whole.shadowRoots(script)
  return (_, css) => open('open', css)
}
