import { onDisk, stringsIn } from './worker'
import { world } from './world'

/** Where a text stands, of all places that outlive a moment: disk, memory, the view, and what was written to the console. */
export async function placesOf(text: string): Promise<string[]> {
  const disk = Object.entries(await onDisk()).map(([store, rows]) => [`disk: ${store}`, rows] as const)
  const memory = Object.entries(world.storage).flatMap(([area, { values }]) =>
    [...values].map(([key, value]) => [`memory: ${area} ${key}`, value] as const),
  )
  const rest = [
    ['console', world.reports],
    ['pages', world.told],
    ['alarms', [...world.alarms.keys()]],
    ['windows', [...world.windows.values()]],
    ['sign-ins', world.flows],
  ] as const
  const places = [...disk, ...memory, ...rest]
  return places
    .filter(([, value]) =>
      stringsIn(value).some(one => one.includes(text) || one.includes(encodeURIComponent(text))),
    )
    .map(([place]) => place)
}
