/** Runs one command to its end: values, question, act, answer. */
import type { Command, Outcome } from './command.ts'
import { type Context, createContext, type GlobalOptions } from './context.ts'
import { INTERRUPTED } from './exit-codes.ts'
import { exitCodeOf, failureJson, failureText, toSallyportError } from './failure.ts'
import { Interrupted } from './interrupted.ts'
import { write } from './terminal/output.ts'
import { styleOf } from './terminal/terminal.ts'

/** What was typed for each parameter. */
export type Typed = Readonly<Record<string, readonly string[]>>

/** The exit code. */
export const runCommand = async (command: Command, typed: Typed, options: GlobalOptions): Promise<number> => {
  const context = createContext(options)
  try {
    const values = await readValues(command, typed, context)
    return await print(await command.run(context, values, subjectOf(command, typed)), context)
  } catch (error) {
    return await tell(error, options)
  } finally {
    context.close()
  }
}

/** What was named on the command line, as it was typed. */
const subjectOf = (command: Command, typed: Typed): string =>
  Object.entries(command.parameters)
    .flatMap(([name, { kind }]) => (kind === 'argument' ? (typed[name] ?? []) : []))
    .join(', ')

/** Says what went wrong; the exit code that belongs to it. */
export const tell = async (error: unknown, options: Pick<GlobalOptions, 'json' | 'color'>): Promise<number> => {
  if (error instanceof Interrupted) return INTERRUPTED
  const { stderr, env: environment } = process
  const failure = toSallyportError(error)
  const style = styleOf({ stream: stderr, environment, colors: options.color })
  await write(stderr, `${options.json ? failureJson(failure.toBody()) : failureText(failure, style)}\n`)
  return exitCodeOf(failure)
}

/** Types hold because `defineCommand` ties `run` to `parameters`. */
const readValues = async (command: Command, typed: Typed, context: Context): Promise<never> => {
  const values: Record<string, unknown> = {}
  for (const [name, parameter] of Object.entries(command.parameters))
    values[name] = await parameter.valueOf(typed[name] ?? [], context)
  return values as never
}

const print = async (outcome: Outcome, context: Context): Promise<number> => {
  if (outcome === undefined) return 0
  if (typeof outcome === 'number') return outcome
  const text = context.options.json ? JSON.stringify(outcome.data, null, 2) : outcome.text(context.style)
  if (text !== '') await write(process.stdout, `${text}\n`)
  return 0
}
