/** What the recipes of applications have in common: a program that is found, or chosen by the person, and whose connection is proof. */
import { expectProgram } from './proof/expectation.ts'
import { PATIENCE, type Plan, type Recipe, type Tool } from './recipe.ts'
import type { System } from './system/system.ts'
import type { Target } from './target.ts'

/** How a program that was found is opened. */
interface Way extends Omit<Tool, 'patience' | 'plan'> {
  readonly plan: (target: Target, folder: string) => Omit<Plan, 'expected'>
}

interface Application {
  readonly id: string
  readonly label: string
  /** Its program; null where it is not on this computer. */
  readonly find: (system: System) => Promise<string | null>
  /** What it needs beside its program; without it the tool counts as not there. */
  readonly isComplete?: (system: System) => Promise<boolean>
  readonly way: (system: System, program: string) => Way
}

export const application = ({ id, label, find, isComplete, way }: Application): Recipe => ({
  id,
  label,
  kind: 'application',
  protocols: ['postgresql'],
  detect: async (system, { program: chosen }) => {
    if (isComplete && !(await isComplete(system))) return null
    const program = chosen ?? (await find(system))
    if (program === null) return null
    const expected = await expectProgram(system, program)
    const { plan, ...found } = way(system, program)
    return {
      ...found,
      patience: PATIENCE.application,
      plan: (target, folder) => ({ ...plan(target, folder), expected }),
    }
  },
})
