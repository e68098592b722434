import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Guard, guards } from '../test/attacks/guards'
import { buildWithout } from '../test/attacks/weakened-build'
import { ensureChromium } from './browsers'

// npm run test:attacks                       every attack, against the build as it ships
// npm run test:attacks -- --without caller   those against one guard, against a build without it: has to go red
// npm run test:attacks -- --prove            the same for every guard: fails where one does not go red
// npm run test:attacks -- --grep words       some attacks

const { values } = parseArgs({
  options: { without: { type: 'string' }, prove: { type: 'boolean' }, grep: { type: 'string' } },
})
const root = resolve(import.meta.dirname, '..')

function attack(pattern: string | undefined, extension = join(root, 'dist/chrome')): boolean {
  const { status } = spawnSync(
    join(root, 'node_modules/.bin/playwright'),
    ['test', '--config', 'playwright.attacks.config.ts', ...(pattern ? ['--grep', pattern] : [])],
    { cwd: root, stdio: 'inherit', env: { ...process.env, DEALPASS_EXTENSION: extension } },
  )
  return status === 0
}

const title = (guard: string) => `\\[${guard}\\]`

function isGuard(name: string): name is Guard {
  return Object.hasOwn(guards, name)
}

async function attackWithout(guard: Guard): Promise<boolean> {
  console.log(`\n== Without ${guard} (${guards[guard]})`)
  return attack(title(guard), await buildWithout(guard))
}

ensureChromium()
if (values.without !== undefined) {
  if (!isGuard(values.without))
    throw new Error(`There is no guard ${values.without}. There are: ${Object.keys(guards).join(', ')}.`)
  process.exitCode = (await attackWithout(values.without)) ? 0 : 1
} else if (values.prove) {
  const results: [Guard, boolean][] = []
  for (const guard of Object.keys(guards) as Guard[]) results.push([guard, !(await attackWithout(guard))])
  console.log('\n== Guards')
  for (const [guard, isRed] of results)
    console.log(`${guard.padEnd(12)}${isRed ? 'red without it' : 'NOT PROVEN'}`)
  process.exitCode = results.every(([, isRed]) => isRed) ? 0 : 1
} else {
  if (
    !existsSync(join(root, 'dist/chrome/manifest.json')) &&
    spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' }).status !== 0
  )
    process.exit(1)
  process.exitCode = attack(values.grep) ? 0 : 1
}
