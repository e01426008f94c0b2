/** A tool of the person's own: a program, and its arguments with places for what it needs. */
import { SallyportError } from '@sallyport/protocol'
import { expectProgram } from '../proof/expectation.ts'
import { PATIENCE, type Recipe } from '../recipe.ts'
import type { CustomTool } from '../settings/tool-settings.ts'
import type { Target } from '../target.ts'

const PLACE = /\{(host|port|database|user|name)\}/g

const valuesOf = ({ host, port, database, toolUser, title }: Target): Readonly<Record<string, string>> => ({
  host,
  port: String(port),
  database,
  user: toolUser,
  name: title,
})

/** One argument stays one, whatever the values hold; none turns into an option by what stands first in it. */
const filled = (argument: string, target: Target, label: string): string => {
  const values = valuesOf(target)
  const text = argument.replaceAll(PLACE, (_, name: string) => values[name]!)
  if (text.includes('\0') || (text !== argument && /^[-/@+]/.test(text) && !/^[-/@+]/.test(argument)))
    throw new SallyportError('invalid_request', { message: `${label} would read the name of this database as an option.` })
  return text
}

export const customRecipe = ({ id, label, program, args }: CustomTool): Recipe => ({
  id,
  label,
  kind: 'application',
  protocols: ['postgresql'],
  detect: async (system) => {
    if (!(await system.isProgram(program))) return null
    const expected = await expectProgram(system, program)
    return {
      outcome: 'connects',
      firstUse: null,
      patience: PATIENCE.application,
      plan: (target) => ({
        files: [],
        start: { program, args: args.map((argument) => filled(argument, target, label)) },
        expected,
      }),
    }
  },
})
