import { toJsonSchema } from '@valibot/to-json-schema'
import { catalogue } from '../src/providers'
import { setupSchema } from '../src/providers/setup'
import type { Flow } from '../src/shared/view'

/** Files that are made of the sources and stand in the repository, for people and browsers that cannot run them. */
export const generated: Record<string, (before: string) => string> = {
  'docs/setup.schema.json': () => jsonOf(setupJsonSchema()),
  'public/managed_schema.json': () => jsonOf(managedSchema(setupJsonSchema())),
  'README.md': before => between(before, 'providers and flows', flowTable()),
}

type Schema = { [key: string]: unknown; properties?: Record<string, Schema>; items?: Schema }

const jsonOf = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** The JSON Schema of a setup file, for editors. What only code can say (its faults name it) is not in it. */
function setupJsonSchema(): Schema {
  const schema = toJsonSchema(setupSchema, { errorMode: 'ignore', typeMode: 'input' }) as Schema
  const named = {
    $schema: schema.$schema,
    title: 'Dealpass setup',
    description: 'What an organisation configures. See docs/setup.md.',
  }
  return { ...named, ...closed(schema) }
}

/** Unknown keys are faults; our own strict objects say so in a way that the converter turns into `not: {}`. */
function closed(schema: Schema): Schema {
  return mapped(schema, one => (one.type === 'object' ? { ...one, additionalProperties: false } : one))
}

function mapped(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const { properties, items, ...rest } = schema
  return change({
    ...rest,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [name, mapped(inner, change)]),
          ),
        }
      : {}),
    ...(items ? { items: mapped(items, change) } : {}),
  })
}

// Of JSON Schema, Chromium's policy loader knows these (components/policy/core/common/schema.cc).
const knownToChromium = new Set([
  'type',
  'properties',
  'items',
  'enum',
  'minimum',
  'maximum',
  'pattern',
  'description',
])

/**
 * The same for `storage.managed`: without secrets, which content scripts could read there, and in the part of JSON
 * Schema that Chromium takes.
 */
function managedSchema(schema: Schema): Schema {
  return mapped(schema, ({ properties, items, ...one }) => {
    const isConstant = one.const !== undefined
    const kept = Object.fromEntries(Object.entries(one).filter(([key]) => knownToChromium.has(key)))
    const { clientSecret: _, ...open } = properties ?? {}
    return {
      ...(isConstant ? { type: 'integer', minimum: one.const, maximum: one.const } : kept),
      ...(one.enum && !one.type ? { type: 'string' } : {}),
      ...(properties ? { properties: open } : {}),
      ...(items ? { items } : {}),
    }
  })
}

const flowNames: Record<Flow, string> = {
  authorization_code: 'authorization code',
  implicit: 'implicit',
  password: 'password',
  client_credentials: 'client credentials',
  exchange: 'code exchange',
  personal_token: 'personal token',
}

/** The table providers × flows, of the catalogue. */
function flowTable(): string {
  const flows = Object.keys(flowNames) as Flow[]
  const rows = catalogue.map(provider => [
    `[${provider.name}](docs/providers/${provider.id}.md)`,
    ...flows.map(flow => cellOf(provider, flow)),
  ])
  const table = [['provider', ...flows.map(flow => flowNames[flow])], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? []
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = table
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...body.map(line)].join('\n')
}

function cellOf({ flows, defaultFlow, needsSecret }: (typeof catalogue)[number], flow: Flow): string {
  if (!flows.includes(flow)) return ''
  const notes = [flow === defaultFlow && 'usual', needsSecret.includes(flow) && 'with a secret'].filter(
    Boolean,
  )
  return ['yes', ...(notes.length > 0 ? [`(${notes.join(', ')})`] : [])].join(' ')
}

function between(text: string, name: string, content: string): string {
  const begin = `<!-- generated: ${name} -->`
  const end = '<!-- end of generated -->'
  const [before = '', rest] = text.split(begin)
  const after = rest?.split(end).slice(1).join(end)
  if (after === undefined) throw new Error(`No place for “${name}”.`)
  return `${before}${begin}\n\n${content}\n\n${end}${after}`
}
