import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { readFile } from 'node:fs/promises'

/** What tells one machine from another; each may be missing. */
export interface MachineFacts {
  /** Id of the installed system. */
  readonly machine?: string
  /** Id of the hardware. */
  readonly board?: string
  /** Id of the file system that the system runs from. */
  readonly disk?: string
  /** Permanent address of the first network card. */
  readonly network?: string
  /** Name and release of the operating system. */
  readonly system?: string
  /** The user who runs the agent. */
  readonly owner?: string
}

const MAX_OUTPUT = 256 * 1024
const LIMIT = 10_000

/** First line of a small system file, trimmed; undefined when it cannot be read. */
export const readLine = async (path: string): Promise<string | undefined> => {
  try {
    return (await readFile(path, 'utf8')).split('\n', 1)[0]?.trim()
  } catch {
    return undefined
  }
}

/** Output of a program of the system, run without a shell; empty when it fails. */
export const outputOf = async (program: string, words: readonly string[]): Promise<string> => {
  try {
    const { stdout } = await promisify(execFile)(program, [...words], {
      encoding: 'utf8',
      timeout: LIMIT,
      maxBuffer: MAX_OUTPUT,
      windowsHide: true,
    })
    return stdout
  } catch {
    return ''
  }
}

/** Leaves out what was not found. */
export const factsOf = (facts: { readonly [Name in keyof MachineFacts]: string | undefined }): MachineFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined && fact !== ''))
