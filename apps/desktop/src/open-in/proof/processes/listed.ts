import type { ProcessFacts } from '../match.ts'

export interface ListedProcess {
  readonly pid: number
  readonly parent: number
  readonly program: string
}

/** One process of a list of all; null where it is not among them. */
export const factsIn = (processes: readonly ListedProcess[], pid: number): ProcessFacts | null => {
  const found = processes.find((candidate) => candidate.pid === pid)
  if (found === undefined) return null
  const parent = processes.find((candidate) => candidate.pid === found.parent)
  return {
    pid,
    program: found.program,
    parent: parent === undefined ? null : { pid: parent.pid, program: parent.program },
    sandbox: null,
    startedAt: null,
  }
}
