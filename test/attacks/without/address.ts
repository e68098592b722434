import type * as whole from '../../../src/providers/api-address'

/** Takes any address for one of the API's. */
export const apiAddress: typeof whole.apiAddress = ({ api: [base] }, path) => new URL(path, base)
