/**
 * What a command is. Commands are data: the parser, the help, the completion of shells and the reference in docs/ are all made
 * from the one list in `commands.ts`.
 */
import type { Context } from './context.ts'
import type { Parameters, ValuesOf } from './parameters/parameter.ts'
import type { Answer } from './views/answer.ts'

/** An answer to print; a number is an exit code of another program; nothing: the command wrote itself. */
export type Outcome = Answer | number | undefined

interface CommandText {
  /** As it is typed: `admin users add`. */
  readonly words: string
  readonly summary: string
  /** Further sentences for the help. */
  readonly details?: string
  readonly examples?: readonly string[]
}

interface TypedCommand<Shape extends Parameters> extends CommandText {
  readonly parameters: Shape
  /** For acts that cannot be undone: the question that must be answered first, unless --yes is given. */
  readonly confirm?: (values: ValuesOf<Shape>) => string
  run(context: Context, values: ValuesOf<Shape>): Promise<Outcome>
}

export interface Command extends CommandText {
  readonly parameters: Parameters
  readonly confirm?: (values: never) => string
  run(context: Context, values: never): Promise<Outcome>
}

/** Ties the values that a command runs with to the parameters it declares. */
export const defineCommand = <const Shape extends Parameters>(command: TypedCommand<Shape>): Command => command

export const isDestructive = (command: Command): boolean => command.confirm !== undefined
