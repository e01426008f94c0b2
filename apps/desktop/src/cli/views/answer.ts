/** What a command answers: data for programs, text for people. */
import type { Style } from '../terminal/terminal.ts'

export interface Answer {
  /** Printed by --json. Stable: fields may be added, never renamed. */
  readonly data: unknown
  /** Without the last line end. */
  readonly text: (style: Style) => string
}

export const message = (data: unknown, text: string): Answer => ({ data, text: () => text })
