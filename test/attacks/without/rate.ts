export function admit(): void {}
