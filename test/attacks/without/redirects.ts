/** Goes wherever the API points to. */
export const redirects: RequestRedirect = 'follow'

export function refuseRedirect(): void {}
