export function requireOwnWindow(): void {}
