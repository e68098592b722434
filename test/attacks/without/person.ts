export function isByPerson(): boolean {
  return true
}
