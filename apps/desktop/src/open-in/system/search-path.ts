import type { System } from './system.ts'

const MARK = '__sallyport_path__'

/** What macOS gives to programs that no shell started. */
const BARE = new Set(['/usr/bin', '/bin', '/usr/sbin', '/sbin', ''])

/** Folders in which the person's shell looks for programs. */
export const searchPath = async (system: System): Promise<readonly string[]> => {
  const inherited = system.environment['PATH'] ?? system.environment['Path'] ?? ''
  const bare = system.platform === 'darwin' && inherited.split(':').every((folder) => BARE.has(folder))
  const text = (bare ? await pathOfLoginShell(system) : null) ?? inherited
  return text.split(system.path.delimiter).filter((folder) => system.path.isAbsolute(folder))
}

/** What profiles print around it does not count. */
const pathOfLoginShell = async (system: System): Promise<string | null> => {
  const shell = system.environment['SHELL'] ?? '/bin/zsh'
  const text = await system.output(shell, ['-ilc', `printf '%s' "${MARK}$PATH${MARK}"`])
  return text?.split(MARK)[1] ?? null
}
