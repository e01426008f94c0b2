/** The command line, made from the list of commands. */
import { Argument, Command as Parser, CommanderError, Option } from 'commander'
import { SallyportError } from '@sallyport/protocol'
import { clientVersion } from './version.ts'
import { askingText, type Command } from './command.ts'
import { allCommands, commandGroups, groupSummaries } from './commands.ts'
import { completeCommand } from './commands/completion.ts'
import { helpCommand } from './commands/help.ts'
import type { GlobalOptions } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import { runCommand, tell, type Typed } from './run.ts'

/** Before a digest that begins with a hyphen, as one in 64 does: no option is as long, and the parser would take it for one. */
const MARK = '\0'
const marked = (word: string): string => (/^-[\w-]{42}$/.test(word) ? `${MARK}${word}` : word)
const unmarked = (text: string): string => text.replaceAll(MARK, '')

/** Parses and runs a command line; resolves to the exit code. */
export const runProgram = async (words: readonly string[]): Promise<number> => {
  let exitCode = 0
  const json = words.includes('--json')
  const parser = buildParser(json, (code) => (exitCode = code))
  try {
    await parser.parseAsync(words.map(marked), { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    // Shown already, where no --json asks for another form.
    if (!json) return exitCodes.input
    const message = unmarked(error.message.replace(/^error: /, ''))
    return tell(new SallyportError('invalid_request', { message }), { json: true, color: false })
  }
}

const buildParser = (json: boolean, done: (exitCode: number) => void): Parser => {
  const root = configured(new Parser('sallyport'))
    .description('Reach databases and servers without ever holding their passwords.')
    .version(clientVersion, '--version', 'prints the version')
    .addHelpText('after', '\nMore: sallyport help <command>, sallyport help exit-codes')
  for (const option of globalOptions()) root.addOption(option)
  root.configureOutput({
    ...(json ? { writeErr: () => undefined } : {}),
    outputError: (text, show) => show(unmarked(text.replace(/^error: /, 'sallyport: '))),
  })
  for (const { heading, commands } of commandGroups) for (const command of commands) addCommand(root, command, { heading, done })
  addCommand(
    root,
    helpCommand((words) => helpOf(root, words)),
    { heading: 'This computer:', done },
  )
  addCommand(
    root,
    completeCommand(() => allCommands),
    { heading: '', done, hidden: true },
  )
  return root
}

const helpOf = (root: Parser, words: readonly string[]): string | null => {
  let parser: Parser | undefined = root
  for (const word of words) parser = parser?.commands.find((command) => command.name() === word)
  return parser?.helpInformation() ?? null
}

const configured = (parser: Parser): Parser =>
  parser
    .exitOverride()
    .helpCommand(false)
    .showHelpAfterError('See --help.')
    .configureHelp({ showGlobalOptions: true, sortOptions: false })

/** Written before or after the command. */
const globalOptions = (): Option[] => [
  new Option('--json', 'prints JSON, errors too (on stderr)'),
  new Option('--no-color', 'no colours, as with NO_COLOR in the environment'),
  new Option('--yes', 'does not ask before acts that cannot be undone'),
  new Option('--profile <folder>', 'another profile than the usual one (SALLYPORT_PROFILE)'),
  new Option('--passphrase-file <file>', 'where no keychain is: a file with the passphrase (SALLYPORT_PASSPHRASE_FILE)'),
]

interface Placement {
  readonly heading: string
  readonly done: (exitCode: number) => void
  readonly hidden?: boolean
}

const addCommand = (root: Parser, command: Command, { heading, done, hidden = false }: Placement): void => {
  const words = command.words.split(' ')
  const parent = groupOf(root, words.slice(0, -1), heading)
  // Where there are commands below this one, options behind their words are theirs.
  const parser = configured(parent.command(words.at(-1)!, { hidden }))
    .description(command.summary)
    .enablePositionalOptions()
  if (parent === root) parser.helpGroup(heading)
  for (const parameter of Object.values(command.parameters)) {
    if (parameter.kind === 'argument') parser.addArgument(new Argument(parameter.usage, parameter.summary))
    else parser.addOption(optionOf(parameter))
  }
  const help = helpAfter(command)
  if (help !== '') parser.addHelpText('after', help)
  parser.action(async () => {
    done(await runCommand(command, typedValues(command, parser), globalsOf(parser)))
  })
}

const globalsOf = (parser: Parser): GlobalOptions => {
  const { json = false, yes = false, ...rest } = parser.optsWithGlobals<Partial<GlobalOptions>>()
  return { color: true, ...rest, json, yes }
}

const groupOf = (root: Parser, words: readonly string[], heading: string): Parser => {
  let parent = root
  for (const [index, word] of words.entries()) {
    const name = words.slice(0, index + 1).join(' ')
    const existing = parent.commands.find((command) => command.name() === word)
    const created = existing ?? configured(parent.command(word)).description(groupSummaries[name] ?? '')
    if (!existing && parent === root) created.helpGroup(heading)
    parent = created
  }
  return parent
}

const optionOf = (parameter: Command['parameters'][string]): Option => {
  const option = new Option(parameter.usage, parameter.summary)
  option.makeOptionMandatory(parameter.required)
  // Every text is kept: the parameter says what to do with several. A flag has none.
  return option.argParser((text: string | undefined, before: readonly string[] | undefined) => [...(before ?? []), text ?? ''])
}

type TypedOptions = Record<string, readonly string[] | true | undefined>

/** The parser gives an option that a command shares with the one above it (`activity export` with `activity`) to that one. */
const optionsAbove = (parser: Parser): TypedOptions => {
  const { parent } = parser
  if (parent === null || parent.parent === null) return {}
  const given = parent.opts<TypedOptions>()
  const own = new Set(parser.options.map((option) => option.attributeName()))
  const foreign = parent.options.find((option) => given[option.attributeName()] !== undefined && !own.has(option.attributeName()))
  if (foreign !== undefined) parser.error(`error: unknown option '${foreign.flags}'`)
  return given
}

const typedValues = (command: Command, parser: Parser): Typed => {
  const values: Record<string, readonly string[]> = {}
  const remaining = [...(parser.processedArgs as readonly (string | string[] | undefined)[])]
  const options = { ...optionsAbove(parser), ...parser.opts<TypedOptions>() }
  for (const [name, parameter] of Object.entries(command.parameters)) {
    const value = parameter.kind === 'argument' ? remaining.shift() : options[optionOf(parameter).attributeName()]
    values[name] = value === undefined ? [] : value === true ? [''] : [value].flat().map(unmarked)
  }
  return values
}

const helpAfter = (command: Command): string => {
  const asking = askingText(command, '--yes')
  return [
    ...(command.details === undefined ? [] : ['', command.details]),
    ...(asking === null ? [] : ['', asking]),
    ...(command.examples === undefined ? [] : ['', 'Examples:', ...command.examples.map((example) => `  ${example}`)]),
  ].join('\n')
}
