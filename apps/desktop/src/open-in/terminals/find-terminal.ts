import type { System } from '../system/system.ts'
import { darwinTerminals } from './darwin.ts'
import { linuxTerminals } from './linux.ts'
import type { FindTerminals, Terminal } from './terminal.ts'
import { windowsTerminals } from './windows.ts'

const finders: Readonly<Record<System['platform'], FindTerminals>> = {
  linux: linuxTerminals,
  darwin: darwinTerminals,
  win32: windowsTerminals,
}

/** Those on this computer, the first choice first; none where no window can be opened. */
export const findTerminals = (system: System): Promise<readonly Terminal[]> => finders[system.platform](system)

/** The chosen terminal where it is there, else the first; null where no window can be opened. */
export const findTerminal = async (system: System, chosen: string | null): Promise<Terminal | null> => {
  const found = await findTerminals(system)
  return found.find(({ id }) => id === chosen) ?? found[0] ?? null
}
