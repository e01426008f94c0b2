/** A log of unlocks that belongs to somebody else than the database: whoever may write it may neither read, change nor delete. */

export interface UnlockRecord {
  readonly organization: string
  /** Of the entry. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** The audit entry, as the log hashes it: canonical JSON. */
  readonly entry: Uint8Array
}

export interface UnlockLog {
  /** Resolves when it is there to stay; the same record again is there once. Throws what kept it from being written. */
  write(unlock: UnlockRecord): Promise<void>
  /** What an administrator should know of how it is set up; null: nothing. Throws when it cannot be asked. */
  examine(): Promise<string | null>
  close(): Promise<void>
}
