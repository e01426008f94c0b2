/** The registry of Windows, through its own program: no library of ours is needed for one value. */
import type { System } from './system.ts'

/** The value of a key, its default one where no name is given; null where there is none. */
export const registryValue = async (system: System, key: string, name?: string): Promise<string | null> => {
  const root = system.environment['SystemRoot'] ?? 'C:\\Windows'
  const program = system.path.join(root, 'System32', 'reg.exe')
  const text = await system.output(program, ['query', key, ...(name === undefined ? ['/ve'] : ['/v', name])])
  // `    InstallPath    REG_SZ    C:\Program Files\…`; the name of the default value is translated.
  return /^ {4}.+? {4}REG_(?:EXPAND_)?SZ {4}(.+?)\s*$/m.exec(text ?? '')?.[1] ?? null
}

const PLACES = ['HKCU\\Software', 'HKLM\\Software', 'HKLM\\Software\\WOW6432Node'] as const

/** The first value below the places where programs for one person, for all and of 32 bits note it. */
export const softwareValue = async (system: System, key: string, name?: string): Promise<string | null> => {
  for (const place of PLACES) {
    const value = await registryValue(system, `${place}\\${key}`, name)
    if (value !== null) return value.replaceAll('"', '')
  }
  return null
}
