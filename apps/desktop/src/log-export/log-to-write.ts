/** What is written, and how far it has come. */
import type { LogHead, LogSource } from './read-log.ts'

export interface Written {
  readonly entries: number
  readonly bytes: number
}

export interface LogToWrite {
  readonly source: LogSource
  readonly head: LogHead
  /** Told after each part. */
  readonly onWritten?: (written: Written) => void
}

/** Counts what is written. */
export const countWritten = (onWritten: LogToWrite['onWritten']) => {
  let written: Written = { entries: 0, bytes: 0 }
  return (bytes: number, entries = 0): void => {
    written = { entries: written.entries + entries, bytes: written.bytes + bytes }
    onWritten?.(written)
  }
}
