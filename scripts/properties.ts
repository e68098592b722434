import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { mistakes } from '../test/properties/mistakes'

// npm run test:properties                                the short form
// npm run test:properties -- --long                      the long form
// npm run test:properties -- soak                        files by name
// npm run test:properties -- wire --cases 1000           so many cases of each property
// npm run test:properties -- wire --seed 1 --path 3:0:1  one case again, as a failure has printed it
// npm run test:properties -- --prove                     connections, with a mistake each: fails where one is not found

const { values, positionals } = parseArgs({
  options: {
    long: { type: 'boolean' },
    prove: { type: 'boolean' },
    cases: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
  allowPositionals: true,
})
const root = resolve(import.meta.dirname, '..')

function vitest(
  files: string[],
  env: Record<string, string | undefined>,
  stdio: 'inherit' | 'pipe',
): SpawnSyncReturns<string> {
  const given = Object.entries(env).filter(([, value]) => value !== undefined)
  return spawnSync(
    join(root, 'node_modules/.bin/vitest'),
    ['run', '--config', 'vitest.properties.config.ts', ...files],
    { cwd: root, stdio, encoding: 'utf8', env: { ...process.env, ...Object.fromEntries(given) } },
  )
}

/** Whether the model of connections finds each mistake. */
function prove(seed: string): boolean {
  let isProven = true
  for (const name of Object.keys(mistakes).filter(one => positionals.every(word => one.includes(word)))) {
    const env = { DEALPASS_MISTAKE: name, DEALPASS_SEED: seed, DEALPASS_CASES: values.cases ?? '40' }
    const { status, stdout, stderr } = vitest(['connections'], { ...env, NO_COLOR: '1' }, 'pipe')
    const said = /In sequence \d+ at [^\n]*/.exec(stderr)?.[0]
    const cases = /connections: \d+ cases/.exec(stdout)?.[0]
    const isFound = status !== 0 && said !== undefined
    isProven &&= isFound
    console.log(`${name}: ${isFound ? `red after ${cases}: ${said}` : `NOT FOUND (${cases})`}`)
  }
  return isProven
}

if (values.prove) process.exitCode = prove(values.seed ?? '1') ? 0 : 1
else {
  const env = {
    DEALPASS_LONG: values.long ? '1' : undefined,
    DEALPASS_CASES: values.cases,
    DEALPASS_SEED: values.seed,
    DEALPASS_PATH: values.path,
  }
  process.exitCode = vitest(positionals, env, 'inherit').status ?? 1
}
