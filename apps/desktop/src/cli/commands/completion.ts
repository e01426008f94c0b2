import { type Command, defineCommand } from '../command.ts'
import { candidates } from '../completion/candidates.ts'
import { COMPLETE_COMMAND, completionScripts, type Shell } from '../completion/scripts.ts'
import { argument, remainingArguments } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'
import { message } from '../views/answer.ts'

const shells = Object.keys(completionScripts) as Shell[]

export const completionCommand = defineCommand({
  words: 'completion',
  summary: 'Prints the completion script of a shell',
  parameters: { shell: argument('shell', shells.join(', '), choice(shells)) },
  examples: ['source <(sallyport completion bash)', 'sallyport completion fish | source'],
  run: (_, { shell }) => Promise.resolve(message({ shell, script: completionScripts[shell] }, completionScripts[shell])),
})

/** What the scripts ask; see `../completion/scripts.ts`. */
export const completeCommand = (commands: () => readonly Command[]): Command =>
  defineCommand({
    words: COMPLETE_COMMAND,
    summary: 'Prints the words that may stand at the cursor, for completion scripts',
    parameters: { words: remainingArguments('words', 'the words of the line, the last one at the cursor', text) },
    run: async (context, { words }) => {
      const offered = await candidates(commands(), words, context)
      return message(offered, offered.join('\n'))
    },
  })
