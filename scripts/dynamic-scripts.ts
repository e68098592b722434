import { catalogue } from '../src/providers'
import { standalone } from './standalone'

/** Content scripts that `scripting` starts where there is a use for them, so the manifest does not name them. */
export const dynamicScriptFiles = [
  'src/content/bridge',
  ...catalogue.flatMap(({ widgets }) => widgets?.script?.replace(/\.js$/, '') ?? []),
]

/** Each of them as a file of the extension; `target` is a browser as Vite names it. */
export async function dynamicScripts(target: string): Promise<{ fileName: string; source: string }[]> {
  const scripts: { fileName: string; source: string }[] = []
  for (const file of dynamicScriptFiles)
    scripts.push({ fileName: `${file}.js`, source: await standalone(`${file}.ts`, target) })
  return scripts
}
