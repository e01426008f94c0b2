/** psql in a window of a terminal. */
import { explicitUrl } from '../../shared/addresses.ts'
import { expectNamed } from '../proof/expectation.ts'
import { PATIENCE, type Recipe } from '../recipe.ts'
import { findTerminal } from '../terminals/find-terminal.ts'
import { findPostgresTool } from './find-psql.ts'

export const psql: Recipe = {
  id: 'psql',
  label: 'psql',
  kind: 'terminal',
  protocols: ['postgresql'],
  detect: async (system, choices) => {
    const program = choices.program ?? (await findPostgresTool(system, 'psql'))
    const terminal = program === null ? null : await findTerminal(system, choices.terminal)
    if (program === null || terminal === null) return null
    return {
      outcome: 'connects',
      firstUse: null,
      patience: PATIENCE.terminal,
      plan: (target, folder) => {
        const words = [program, '-w', explicitUrl(target)]
        // The shell of the terminal may name a service, which wins over the URL.
        const [first, ...args] = system.platform === 'win32' ? words : ['/usr/bin/env', '-u', 'PGSERVICE', ...words]
        const job = { program: first!, args, title: target.title, fileName: target.fileName, folder }
        return { ...terminal.open(job), expected: expectNamed('psql') }
      },
    }
  },
}
