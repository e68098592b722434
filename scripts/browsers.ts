import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

type Browser = {
  variable: 'CHROME_PATH' | 'FIREFOX_PATH'
  commands: string[]
  places: string[]
  packages: string[]
  advice: string
}

// Branded Chrome is left out on purpose: since 137 it ignores --load-extension.
// https://developer.chrome.com/docs/extensions/reference/chrome-cli#load-extension
const browsers = {
  chromium: {
    variable: 'CHROME_PATH',
    commands: ['chromium', 'chromium-browser', 'google-chrome-for-testing'],
    places: [
      '/Applications/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    // The browser draws text without any font package as empty boxes, and nothing else brings one in.
    packages: ['chromium', 'fonts-liberation'],
    advice:
      'Install Chromium 148 or later (Debian: `apt-get install chromium`) or Chrome for Testing, and name it in CHROME_PATH if it is not on the PATH.',
  },
  firefox: {
    variable: 'FIREFOX_PATH',
    commands: ['firefox-esr', 'firefox'],
    places: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
    packages: ['firefox-esr', 'fonts-liberation'],
    advice:
      'Install Firefox ESR 140 or later (Debian: `apt-get install firefox-esr`), and name it in FIREFOX_PATH if it is not on the PATH.',
  },
} satisfies Record<string, Browser>

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function onPath(command: string): string[] {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map(folder => join(folder, command))
}

function find({ variable, commands, places }: Browser): string | undefined {
  const named = process.env[variable]
  if (named) {
    if (isExecutable(named)) return named
    throw new Error(`${variable} names ${named}, which is not a program: correct it or unset it.`)
  }
  return [...commands.flatMap(onPath), ...places].find(isExecutable)
}

/** The words to put before a command so that it runs as root without a question, or undefined. */
function asRoot(): string[] | undefined {
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined
}

function install({ packages, advice }: Browser): void {
  const root = asRoot()
  if (!root || !onPath('apt-get').some(isExecutable)) throw new Error(advice)
  const steps = [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', ...packages],
  ]
  for (const step of steps) {
    // Not in the environment of this process: sudo drops it.
    const [program = '', ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', ...step]
    // Standard output belongs to the caller: the command line prints the path there.
    const { status } = spawnSync(program, rest, { stdio: ['ignore', process.stderr, process.stderr] })
    if (status !== 0) throw new Error(`\`${step.join(' ')}\` failed. ${advice}`)
  }
}

function ensure(browser: Browser): string {
  const found = find(browser)
  if (found) return found
  install(browser)
  const installed = find(browser)
  if (!installed) throw new Error(browser.advice)
  return installed
}

/**
 * The path of a Chromium that loads unpacked extensions: CHROME_PATH, else Chromium or Chrome for Testing on
 * the PATH or at its usual macOS place, else Debian's, which apt-get then installs (as root or by a
 * passwordless sudo). Throws an Error whose sentence says what to install or to correct.
 */
export function ensureChromium(): string {
  return ensure(browsers.chromium)
}

/**
 * The path of a Firefox that WebDriver BiDi drives: FIREFOX_PATH, else Firefox ESR or Firefox on the PATH or at its
 * usual macOS place, else Debian's, which apt-get then installs (as root or by a passwordless sudo). Throws an Error
 * whose sentence says what to install or to correct.
 */
export function ensureFirefox(): string {
  return ensure(browsers.firefox)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wanted = process.argv[2]
  try {
    if (wanted !== 'chromium' && wanted !== 'firefox') throw new Error('Say which: chromium or firefox.')
    console.log(ensure(browsers[wanted]))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
