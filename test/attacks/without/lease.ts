export * from '../../../src/background/leasable'

export function requireLeasable(): void {}

export function requireFit(): void {}
