import type { System } from './system.ts'

/** Path of an app of macOS: where Launch Services know it by its identifier, else where apps are put. */
export const findBundle = async (
  system: System,
  { identifiers, names }: { readonly identifiers: readonly string[]; readonly names: readonly string[] },
): Promise<string | null> => {
  for (const identifier of identifiers) {
    const found = await system.output('/usr/bin/mdfind', [`kMDItemCFBundleIdentifier == '${identifier}'`])
    for (const path of (found ?? '').split('\n').filter((line) => line.endsWith('.app')))
      if (await system.isProgram(path)) return path
  }
  for (const folder of ['/Applications', `${system.home}/Applications`, '/Applications/Setapp'])
    for (const name of names) if (await system.isProgram(`${folder}/${name}.app`)) return `${folder}/${name}.app`
  return null
}
