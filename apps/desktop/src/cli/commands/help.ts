import { defineCommand } from '../command.ts'
import { exitCodeMeanings, exitCodesText } from '../exit-codes.ts'
import { invalid } from '../parameters/invalid.ts'
import { remainingArguments } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { message } from '../views/answer.ts'

const EXIT_CODES = 'exit-codes'

/** @param helpOf help of a command or group; null when there is none of that name. */
export const helpCommand = (helpOf: (words: readonly string[]) => string | null) =>
  defineCommand({
    words: 'help',
    summary: 'Shows the help of a command; `help exit-codes` those of all',
    parameters: { words: remainingArguments('command', 'the command', text) },
    run: (_, { words }) => {
      if (words.join(' ') === EXIT_CODES) {
        const data = exitCodeMeanings.map(([code, meaning]) => ({ code, meaning }))
        return Promise.resolve(message(data, exitCodesText()))
      }
      const help = helpOf(words)
      if (help === null) throw invalid(`There is no command “${words.join(' ')}”. See: sallyport help`)
      return Promise.resolve(message({ help }, help.trimEnd()))
    },
  })
