/** Whether a person made this event, by hand or key; what a script makes is none of theirs (DOM, `isTrusted`). */
export function isByPerson(event: Event): boolean {
  return event.isTrusted
}
