export async function noteGiven(): Promise<void> {}

export async function takeGiven(): Promise<never[]> {
  return []
}
