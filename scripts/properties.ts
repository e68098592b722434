import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

// npm run test:properties                                the short form
// npm run test:properties -- --long                      the long form
// npm run test:properties -- soak                        files by name
// npm run test:properties -- wire --cases 1000           so many cases of each property
// npm run test:properties -- wire --seed 1 --path 3:0:1  one case again, as a failure has printed it

const { values, positionals } = parseArgs({
  options: {
    long: { type: 'boolean' },
    cases: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
  allowPositionals: true,
})
const root = resolve(import.meta.dirname, '..')
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', '--config', 'vitest.properties.config.ts', ...positionals],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(values.long ? { DEALPASS_LONG: '1' } : {}),
      ...(values.cases === undefined ? {} : { DEALPASS_CASES: values.cases }),
      ...(values.seed === undefined ? {} : { DEALPASS_SEED: values.seed }),
      ...(values.path === undefined ? {} : { DEALPASS_PATH: values.path }),
    },
  },
)
process.exitCode = status ?? 1
