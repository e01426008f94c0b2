import type { System } from './system.ts'

const MARK = '__sallyport_path__'

/** Folders in which the person's shell looks for programs. */
export const searchPath = async (system: System): Promise<readonly string[]> => {
  const inherited = system.environment['PATH'] ?? system.environment['Path'] ?? ''
  const text = (system.platform === 'darwin' ? await pathOfLoginShell(system) : null) ?? inherited
  return text.split(system.path.delimiter).filter((folder) => system.path.isAbsolute(folder))
}

/** Apps of macOS are not started by a shell and do not have its path. What profiles print around it does not count. */
const pathOfLoginShell = async (system: System): Promise<string | null> => {
  const shell = system.environment['SHELL'] ?? '/bin/zsh'
  const text = await system.output(shell, ['-ilc', `printf '%s' "${MARK}$PATH${MARK}"`])
  return text?.split(MARK)[1] ?? null
}
