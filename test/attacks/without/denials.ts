export * from '../../../src/background/denials'

export function requireUndenied(): void {}
