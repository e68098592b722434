import { afterAll, beforeEach, expect } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox'
import { createVisitor, type Visitor } from './visitor'

/**
 * One sandbox for the tests of a file, and one visitor; both are as new for each test. A test that ends with
 * violations fails, except where they are what the file is about.
 */
export async function anewForEachTest(
  options: SandboxOptions = {},
  { mayViolate = false } = {},
): Promise<{ sandbox: Sandbox; visitor: Visitor }> {
  const sandbox = await startSandbox(options)
  const visitor = createVisitor(sandbox)
  beforeEach(() => {
    sandbox.reset()
    sandbox.forget()
    visitor.forget()
    return () => {
      if (!mayViolate) expect(sandbox.violations()).toEqual([])
    }
  })
  afterAll(async () => {
    visitor.close()
    await sandbox.stop()
  })
  return { sandbox, visitor }
}
