/** Which tools there are, and what the person chose for them: their programs, and the terminal that programs like psql open in. */
import type { ToolChoices } from '../shared/tools.ts'
import type { FoundTools } from './find-tools.ts'
import { recipes } from './recipes.ts'
import type { ToolSettings } from './settings/tool-settings.ts'
import type { System } from './system/system.ts'
import { findTerminals } from './terminals/find-terminal.ts'

interface Choosing {
  readonly system: System
  readonly found: FoundTools
  readonly settings: ToolSettings
  /** Looks afresh. */
  readonly again: boolean
}

/** Every tool that is known here, found or not, those of the person's own last. */
export const toolChoices = async ({ system, found, settings, again }: Choosing): Promise<ToolChoices> => {
  const there = new Map((await found.list(settings, again)).map(({ recipe, tool }) => [recipe.id, tool]))
  const outcomeOf = (id: string) => there.get(id)?.outcome ?? null
  return {
    tools: [
      ...recipes.map(({ id, label, kind }) => ({
        id,
        label,
        kind,
        outcome: outcomeOf(id),
        program: settings.programs[id] ?? null,
        own: false,
      })),
      ...settings.custom.map(({ id, label, program }) => ({
        id,
        label,
        kind: 'application' as const,
        outcome: outcomeOf(id),
        program,
        own: true,
      })),
    ],
    terminals: (await findTerminals(system)).map(({ id, label }) => ({ id, label })),
    terminal: settings.terminal,
  }
}
