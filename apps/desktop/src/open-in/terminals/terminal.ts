/** Terminals that run one program in a window of their own. */
import type { Command, PlannedFile } from '../recipe.ts'
import type { System } from '../system/system.ts'

/** What runs in the terminal. */
export interface TerminalJob extends Command {
  /** Plain characters only: see `Target.title`. */
  readonly title: string
  readonly fileName: string
  /** Where the files of the plan will lie. */
  readonly folder: string
}

export interface Terminal {
  readonly id: string
  readonly label: string
  readonly open: (job: TerminalJob) => { readonly files: readonly PlannedFile[]; readonly start: Command }
}

/** The terminals that were found, the first choice first. */
export type FindTerminals = (system: System) => Promise<readonly Terminal[]>

/** A terminal that takes a program and its words after words of its own. */
export const terminalOf = (
  id: string,
  { label, program, before }: { label: string; program: string; before: readonly string[] },
): Terminal => ({
  id,
  label,
  open: (job) => ({ files: [], start: { program, args: [...before, job.program, ...job.args] } }),
})
