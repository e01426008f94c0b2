/** The words that may stand at the end of a command line. */
import type { Command } from '../command.ts'
import type { Context } from '../context.ts'
import { grantedCredentials } from '../credentials/granted.ts'
import type { Parameter } from '../parameters/parameter.ts'
import { FILES } from './scripts.ts'

const GLOBAL_FLAGS = ['--json', '--no-color', '--yes', '--help']
/** Global options with a value. */
const GLOBAL_VALUES = ['--profile', '--passphrase-file']

interface Line {
  /** Words before the cursor that are neither options nor their values. */
  readonly words: readonly string[]
  /** The option whose value stands at the cursor. */
  readonly optionBefore: string | undefined
  readonly current: string
  readonly afterDashes: boolean
}

/** @param typed the words after `sallyport`; the last one is that at the cursor, maybe empty. */
export const candidates = async (
  commands: readonly Command[],
  typed: readonly string[],
  context: Context,
): Promise<readonly string[]> => {
  const line = readLine(commands, typed)
  const command = commandOf(commands, line.words)
  if (!command)
    return [...nextWords(commands, line.words), ...(line.current.startsWith('-') ? [...GLOBAL_FLAGS, ...GLOBAL_VALUES] : [])]
  if (line.afterDashes) return [FILES]
  if (line.optionBefore !== undefined) return offersOf(optionNamed(command, line.optionBefore), context)
  if (line.current.startsWith('-')) return [...optionsOf(command).map(nameOfOption), ...GLOBAL_FLAGS, ...GLOBAL_VALUES]
  const given = line.words.length - command.words.split(' ').length
  const below = given === 0 ? nextWords(commands, line.words) : []
  return [...below, ...(await offersOf(argumentsOf(command)[given], context))]
}

const optionsOf = (command: Command): Parameter[] => Object.values(command.parameters).filter(({ kind }) => kind === 'option')
const argumentsOf = (command: Command): Parameter[] => Object.values(command.parameters).filter(({ kind }) => kind === 'argument')
const nameOfOption = ({ usage }: Parameter): string => usage.split(' ')[0]!
const takesValue = ({ usage }: Parameter): boolean => usage.includes(' ')

const optionNamed = (command: Command, name: string): Parameter | undefined =>
  optionsOf(command).find((option) => nameOfOption(option) === name)

const readLine = (commands: readonly Command[], typed: readonly string[]): Line => {
  const words: string[] = []
  const before = typed.slice(0, -1)
  let optionBefore: string | undefined
  for (const word of before) {
    if (word === '--') return { words, optionBefore: undefined, current: typed.at(-1) ?? '', afterDashes: true }
    if (optionBefore !== undefined) optionBefore = undefined
    else if (!word.startsWith('-')) words.push(word)
    else if (hasValue(commandOf(commands, words), word)) optionBefore = word
  }
  return { words, optionBefore, current: typed.at(-1) ?? '', afterDashes: false }
}

const hasValue = (command: Command | undefined, name: string): boolean => {
  if (GLOBAL_VALUES.includes(name)) return true
  const option = command && optionNamed(command, name)
  return option !== undefined && takesValue(option)
}

const startsWith = (words: readonly string[], beginning: readonly string[]): boolean =>
  beginning.every((word, index) => words[index] === word)

/** `activity export` before `activity`. */
const commandOf = (commands: readonly Command[], words: readonly string[]): Command | undefined =>
  commands.filter((command) => startsWith(words, command.words.split(' '))).toSorted((a, b) => b.words.length - a.words.length)[0]

const nextWords = (commands: readonly Command[], words: readonly string[]): string[] => [
  ...new Set(
    commands
      .map((command) => command.words.split(' '))
      .filter((known) => known.length > words.length && startsWith(known, words))
      .map((known) => known[words.length]!),
  ),
]

/** Never starts an agent and never fails: a completion that knows nothing offers nothing. */
const offersOf = async (parameter: Parameter | undefined, context: Context): Promise<readonly string[]> => {
  const offers = parameter?.offers
  if (offers === undefined) return []
  if (typeof offers !== 'string') return offers
  if (offers === 'file') return [FILES]
  try {
    if (!(await context.runningAgent())) return []
    if (offers === 'granted') return (await grantedCredentials(context)).map(({ granted }) => granted.name)
    return (await context.directory.named(offers)).map(({ name }) => name)
  } catch {
    return []
  }
}
