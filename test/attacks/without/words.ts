import * as whole from '../../../src/background/site-fault'
import type { Fault } from '../../../src/shared/errors'

/** Tells sites, besides, what screens are told. */
export const siteFault = (fault: Fault) => ({ ...whole.siteFault(fault), fault })
