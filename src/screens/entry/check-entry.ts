import type { Entry } from '../../shared/protocol'
import type { Flow } from '../../shared/view'

/** The flows for which something is entered. */
export type EntryFlow = Entry['flow']

/** What is typed in, by the names of the fields. */
export type FieldName = Exclude<keyof Extract<Entry, { flow: 'password' }>, 'flow'> | LabelledName
type LabelledName = 'label' | 'token' | 'clientId' | 'clientSecret'

/** What is wrong with a field. */
export type FieldFault = 'missing' | 'whiteSpace' | 'unseen'

type Rule = {
  name: FieldName
  /** `code`: one word without anything invisible; `words`: may have spaces; `exact`: as it was typed, to the letter. */
  kind: 'code' | 'words' | 'exact'
  /** Not kept in the field once it was sent. */
  isSecret?: true
}

/** The fields of each flow, in their order on screen. */
export const fieldsOf: Record<EntryFlow, readonly Rule[]> = {
  password: [
    { name: 'username', kind: 'words' },
    { name: 'password', kind: 'exact', isSecret: true },
  ],
  personal_token: [
    { name: 'label', kind: 'words' },
    { name: 'token', kind: 'code', isSecret: true },
  ],
  client_credentials: [
    { name: 'label', kind: 'words' },
    { name: 'clientId', kind: 'code' },
    { name: 'clientSecret', kind: 'code', isSecret: true },
  ],
}

/** Whether something can be entered for a flow; it comes from an address, so it may be anything. */
export function isEntryFlow(flow: Flow | null): flow is EntryFlow {
  return flow !== null && Object.hasOwn(fieldsOf, flow)
}

/**
 * What was typed in as the background wants it, or what is wrong with which field. White space around is a slip of copy
 * and paste and goes; inside a code it means that something else was copied. A password is left as it is.
 */
export function checkEntry(
  flow: EntryFlow,
  typed: (name: FieldName) => string,
): { entry: Entry } | { faults: Partial<Record<FieldName, FieldFault>> } {
  const values: Partial<Record<FieldName, string>> = {}
  const faults: Partial<Record<FieldName, FieldFault>> = {}
  for (const { name, kind } of fieldsOf[flow]) {
    const value = kind === 'exact' ? typed(name) : typed(name).trim()
    const fault = faultOf(value, kind)
    if (fault) faults[name] = fault
    else values[name] = value
  }
  // With no fault every field of the flow has its value.
  return Object.keys(faults).length > 0 ? { faults } : { entry: { flow, ...values } as Entry }
}

function faultOf(value: string, kind: Rule['kind']): FieldFault | undefined {
  if (value === '') return 'missing'
  if (kind === 'exact') return undefined
  if (kind === 'code' && /\s/u.test(value)) return 'whiteSpace'
  // Control characters, and those that only change how others look.
  return /[\p{Cc}\p{Cf}]/u.test(value) ? 'unseen' : undefined
}
