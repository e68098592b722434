const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const formatOfDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

/** A day as people write it, from an ISO day or time; undefined where it is neither. */
export function day(iso: string | undefined): string | undefined {
  const at = Date.parse(iso ?? '')
  if (Number.isNaN(at)) return undefined
  // An ISO day is midnight in UTC: west of Greenwich it would be the day before.
  return (/^\d{4}-\d\d-\d\d$/.test(iso ?? '') ? formatOfDay : format).format(at)
}
