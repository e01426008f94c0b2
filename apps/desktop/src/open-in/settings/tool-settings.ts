/** What the person chose for tools: a terminal, programs that are not found by themselves, tools of their own, the last ones used. */
import { dirname } from 'node:path'
import { makePrivateFolder, replacePrivateFile } from '@sallyport/program'
import { displayName, SallyportError, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { foundTool } from '../../shared/tools.ts'
import type { System } from '../system/system.ts'

const MAX_REMEMBERED = 500

const toolId = foundTool.shape.id
const programPath = z.string().min(1).max(4096)

export const customTool = z.strictObject({
  id: toolId,
  label: displayName,
  program: programPath,
  /** Each one argument, with `{host}`, `{port}`, `{database}`, `{user}` or `{name}` in it. */
  args: z.array(z.string().max(4096)).max(64),
})
export type CustomTool = z.infer<typeof customTool>

export const toolSettings = z.strictObject({
  version: z.literal(1),
  terminal: z.string().max(64).nullable(),
  /** By tool. */
  programs: z.record(toolId, programPath),
  custom: z.array(customTool).max(32),
  /** The tool opened last, by credential; the latest credential last. */
  last: z.array(z.tuple([uuid, toolId])).max(MAX_REMEMBERED),
})
export type ToolSettings = z.infer<typeof toolSettings>

const NOTHING: ToolSettings = { version: 1, terminal: null, programs: {}, custom: [], last: [] }

/** Throws `profile_unreadable` for a file that is none of ours. */
export const readToolSettings = async (system: System, path: string): Promise<ToolSettings> => {
  const text = await system.read(path)
  if (text === null) return NOTHING
  try {
    return toolSettings.parse(JSON.parse(text))
  } catch (cause) {
    throw new SallyportError('profile_unreadable', { message: `The file ${path} cannot be read. Correct or remove it.`, cause })
  }
}

/** Faces share the file: it is replaced whole, and read again before each change. */
export const changeToolSettings = async (
  { system, path }: { readonly system: System; readonly path: string },
  change: (settings: ToolSettings) => ToolSettings,
): Promise<void> => {
  const changed = toolSettings.parse(change(await readToolSettings(system, path)))
  await makePrivateFolder(dirname(path))
  await replacePrivateFile(path, `${JSON.stringify(changed, null, 2)}\n`)
}

export const withProgram = (settings: ToolSettings, tool: string, program: string): ToolSettings => ({
  ...settings,
  programs: { ...settings.programs, [tool]: program },
})

/** Forgets a program that was chosen, or a tool of the person's own. */
export const withoutTool = (settings: ToolSettings, tool: string): ToolSettings => ({
  ...settings,
  custom: settings.custom.filter(({ id }) => id !== tool),
  programs: Object.fromEntries(Object.entries(settings.programs).filter(([id]) => id !== tool)),
})

export const withLast = (settings: ToolSettings, credential: string, tool: string): ToolSettings => ({
  ...settings,
  last: [...settings.last.filter(([known]) => known !== credential), [credential, tool] as [string, string]].slice(
    -MAX_REMEMBERED,
  ),
})
