export function useArmed(): boolean {
  return true
}
