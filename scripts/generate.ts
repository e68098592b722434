import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { generated } from './generated'

// npm run generate: writes what is made of the sources. test/generated.test.ts fails where that was forgotten.
for (const [file, make] of Object.entries(generated))
  writeFileSync(file, make(existsSync(file) ? readFileSync(file, 'utf8') : ''))
