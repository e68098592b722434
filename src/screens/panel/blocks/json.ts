/** An object that came over the wire: nothing is known of its values. */
export type Dictionary = Record<string, unknown>

/** The value where it is an object; throws a TypeError where it is something else. */
export function dictionary(value: unknown): Dictionary {
  if (typeof value !== 'object' || value === null) throw new TypeError('An object was expected.')
  return value as Dictionary
}

/** The objects of a list; throws a TypeError where it is no list. */
export function listOf(value: unknown): Dictionary[] {
  if (!Array.isArray(value)) throw new TypeError('A list was expected.')
  return value.filter(item => typeof item === 'object' && item !== null) as Dictionary[]
}
