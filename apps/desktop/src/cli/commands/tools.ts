import { SallyportError } from '@sallyport/protocol'
import { profilePaths } from '../../local/profile.ts'
import { recipes } from '../../open-in/recipes.ts'
import { changeToolSettings, type ToolSettings, withoutTool, withProgram } from '../../open-in/settings/tool-settings.ts'
import { thisSystem } from '../../open-in/system/this-system.ts'
import { type Command, defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { toolName } from '../credentials/open-in.ts'
import { absolutePath } from '../parameters/files.ts'
import { argument, option, remainingArguments } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { done } from '../route-command.ts'

const change = (context: Context, how: (settings: ToolSettings) => ToolSettings): Promise<void> =>
  changeToolSettings({ system: thisSystem(), path: profilePaths(context.profile).tools }, how)

const tool = argument('tool', 'its name', toolName)

export const toolCommands: readonly Command[] = [
  defineCommand({
    words: 'tools add',
    summary: 'Lets sallyport open start a program of your own',
    details:
      'What follows -- are its arguments, with {host}, {port}, {database}, {user} or {name} where the values belong. Each stays one argument.',
    parameters: {
      tool,
      program: argument('program', 'its path', absolutePath),
      arguments: remainingArguments('arguments', 'its arguments, after --', text),
      label: option('label <text>', 'what it is called', text),
    },
    examples: ["sallyport tools add pgcli /usr/bin/pgcli-window -- --host '{host}' --port '{port}' '--dbname={database}'"],
    run: async (context, { tool: id, program, arguments: args, label = id }) => {
      if (recipes.some((recipe) => recipe.id === id))
        throw new SallyportError('conflict', {
          message: `${id} is known. For another program of it: sallyport tools program ${id} <path>`,
        })
      await change(context, (settings) => ({
        ...settings,
        custom: [...settings.custom.filter((other) => other.id !== id), { id, label, program, args: [...args] }],
      }))
      return done(`sallyport open <credential> ${id} starts ${program}.`)
    },
  }),
  defineCommand({
    words: 'tools remove',
    summary: 'Forgets a program of your own, or that another one was chosen',
    parameters: { tool },
    run: async (context, { tool: id }) => {
      await change(context, (settings) => withoutTool(settings, id))
      return done(`${id} is as it was.`)
    },
  }),
  defineCommand({
    words: 'tools program',
    summary: 'Chooses the program of a tool that is not found by itself',
    parameters: { tool, program: argument('program', 'its path', absolutePath) },
    run: async (context, { tool: id, program }) => {
      await change(context, (settings) => withProgram(settings, id, program))
      return done(`${id} is ${program}.`)
    },
  }),
  defineCommand({
    words: 'tools terminal',
    summary: 'Chooses the terminal that programs like psql open in',
    parameters: { terminal: argument('terminal', 'its name, as konsole or iterm; default: the first that is found', toolName) },
    run: async (context, { terminal }) => {
      await change(context, (settings) => ({ ...settings, terminal: terminal === 'default' ? null : terminal }))
      return done(`Programs open in ${terminal === 'default' ? 'the first terminal that is found' : terminal}.`)
    },
  }),
]
