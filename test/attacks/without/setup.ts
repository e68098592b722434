export * from '../../../src/providers/setup-faults'

/** A file that has the form of a setup means nothing wrong. */
export const meaningFaults = () => []
