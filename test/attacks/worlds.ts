import type { CDPSession, Frame, Page } from '@playwright/test'

/** Where code runs: in which document of a page (by the beginning of its address; the top one when left out), in whose world. */
type Where = {
  frame?: string
  /** In the world of our content script, as whoever has taken the renderer over. */
  isOurs?: boolean
}

/**
 * The value of an expression in a document of a page, awaited. As with `inPage`, no gesture goes with it, which would be
 * one for the whole page.
 */
export async function inWorld(page: Page, expression: string, { frame, isOurs }: Where): Promise<unknown> {
  const session = await sessionOf(page, frame)
  try {
    const contexts: { id: number; frameId: string; isDefault: boolean; name: string }[] = []
    session.on('Runtime.executionContextCreated', ({ context: { id, name, auxData } }) =>
      contexts.push({ id, name, ...(auxData as unknown as { frameId: string; isDefault: boolean }) }),
    )
    await session.send('Runtime.enable')
    const { frameTree } = await session.send('Page.getFrameTree')
    const wanted = documents(frameTree).find(({ url }) => frame === undefined || url.startsWith(frame))
    if (!wanted) throw new Error(`There is no document ${frame} on ${page.url()}.`)
    const context = contexts.find(
      ({ frameId, isDefault, name }) => frameId === wanted.id && (isOurs ? name === 'Dealpass' : isDefault),
    )
    if (!context) throw new Error(`There is no such world in ${wanted.url}.`)
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      contextId: context.id,
      awaitPromise: true,
      returnByValue: true,
      userGesture: false,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  } finally {
    await session.detach().catch(() => undefined)
  }
}

/** Where our content script runs in the top document of a page. */
export const inContentScript = (page: Page, expression: string, frame?: string): Promise<unknown> =>
  inWorld(page, expression, { isOurs: true, frame })

/** The first frame of a page whose address begins so, once it is there and loaded. */
export async function frameAt(page: Page, address: string): Promise<Frame> {
  const fits = (frame: Frame) => frame !== page.mainFrame() && frame.url().startsWith(address)
  const frame = page.frames().find(fits) ?? (await page.waitForEvent('framenavigated', { predicate: fits }))
  await frame.waitForLoadState()
  return frame
}

// A frame of another site has a process, and a session, of its own.
async function sessionOf(page: Page, address: string | undefined): Promise<CDPSession> {
  const frame = address === undefined ? undefined : await frameAt(page, address)
  for (let at: Frame | null | undefined = frame; at; at = at.parentFrame())
    try {
      return await page.context().newCDPSession(at)
    } catch {
      // It is its parent's.
    }
  return page.context().newCDPSession(page)
}

type Tree = { frame: { id: string; url: string }; childFrames?: Tree[] }

function documents({ frame, childFrames = [] }: Tree): { id: string; url: string }[] {
  return [frame, ...childFrames.flatMap(documents)]
}

/**
 * Has a page believe no longer that somebody looks at it, which Playwright makes every page believe, by a session that
 * only Playwright has: from now on it is hidden behind another tab, as it would be for a user.
 */
export async function letHide(page: Page): Promise<void> {
  const { _connection } = page as unknown as { _connection: { toImpl(page: Page): Impl } }
  const client = _connection.toImpl(page).delegate._mainFrameSession._client
  await client.send('Emulation.setFocusEmulationEnabled', { enabled: false })
}

type Impl = {
  delegate: { _mainFrameSession: { _client: { send(method: string, params: object): Promise<void> } } }
}
