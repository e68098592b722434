import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { making } from './test/properties/mistakes'

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const { DEALPASS_MISTAKE: mistake } = process.env

export default defineConfig({
  plugins: mistake === undefined ? [] : [making(mistake)],
  resolve: { alias: { 'webextension-polyfill': pathOf('./test/fakes/browser.ts') } },
  test: {
    environment: 'node',
    include: ['test/properties/**/*.properties.ts'],
    setupFiles: ['test/setup.ts'],
    maxWorkers: 2,
    // The long form is thousands of sequences in one test, and what fails is made smaller in it.
    testTimeout: process.env.DEALPASS_LONG === '1' ? 60 * 60_000 : 2 * 60_000,
    hookTimeout: 60_000,
    // Figures are printed as they are had.
    disableConsoleIntercept: true,
  },
})
