export async function requireGesture(): Promise<void> {}
