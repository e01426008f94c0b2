import { firstProgram, windowsFolders } from '../system/find-program.ts'
import { type FindTerminals, type Terminal, terminalOf } from './terminal.ts'

/** Windows Terminal ends a command of its own at `;`, also inside quotation marks, unless a backslash stands before it. */
const separated = (word: string): string => word.replaceAll(';', '\\;')

const windowsTerminal = (program: string): Terminal => ({
  id: 'windows-terminal',
  label: 'Windows Terminal',
  open: (job) => ({
    files: [],
    start: { program, args: ['-w', 'new', 'new-tab', '--title', job.title, ...[job.program, ...job.args].map(separated)] },
  }),
})

/** The console is on every Windows. */
export const windowsTerminals: FindTerminals = async (system) => {
  const { local } = windowsFolders(system)
  const modern = await firstProgram(system, [system.path.join(local, 'Microsoft', 'WindowsApps', 'wt.exe')])
  const root = system.environment['SystemRoot'] ?? 'C:\\Windows'
  const console = terminalOf('console', {
    label: 'the console',
    program: system.path.join(root, 'System32', 'conhost.exe'),
    before: [],
  })
  return [...(modern === null ? [] : [windowsTerminal(modern)]), console]
}
