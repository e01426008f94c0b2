/**
 * What a command is. Commands are data: the parser, the help, the completion of shells and the reference in docs/ are all made
 * from the one list in `commands.ts`.
 */
import { assertNever } from '@sallyport/protocol'
import type { PreviewName } from '@sallyport/protocol/api'
import { confirm } from './confirm.ts'
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

/** When a command asks before it acts; --yes answers. */
export type Asking = 'always' | 'when it takes something away' | 'never'

interface TypedCommand<Shape extends Parameters> extends CommandText {
  readonly parameters: Shape
  /** For acts that cannot be undone: the question that must be answered first, unless --yes is given. */
  readonly confirm?: (values: ValuesOf<Shape>) => string
  /** `subject`: what was named on the command line, as it was typed. */
  run(context: Context, values: ValuesOf<Shape>, subject: string): Promise<Outcome>
}

export interface Command extends CommandText {
  readonly parameters: Parameters
  readonly asks: Asking
  /** The route that says beforehand what the command would do. */
  readonly preview?: PreviewName
  run(context: Context, values: never, subject: string): Promise<Outcome>
}

/** Ties the values that a command runs with to the parameters it declares. */
export const defineCommand = <const Shape extends Parameters>(command: TypedCommand<Shape>): Command => {
  const { confirm: question, run, ...rest } = command
  if (question === undefined) return { ...rest, asks: 'never', run }
  return {
    ...rest,
    asks: 'always',
    run: async (context: Context, values: ValuesOf<Shape>, subject: string) => {
      await confirm(context, { subject, question: question(values) })
      return run(context, values, subject)
    },
  }
}

/** For the help; null for a command that never asks. `yes` as it is written there. */
export const askingText = ({ asks }: Command, yes: string): string | null => {
  switch (asks) {
    case 'always':
      return `Asks first; ${yes} answers.`
    case 'when it takes something away':
      return `Asks first when it takes access from somebody or ends a connection; ${yes} answers.`
    case 'never':
      return null
    default:
      return assertNever(asks)
  }
}
