/** One fault of a setup file: where (a path like `providers[1].clientId`) and what is wrong, in words. */
export type SetupFault = { path: string; message: string }
