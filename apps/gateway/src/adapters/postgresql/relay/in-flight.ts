import type { Statement } from '../statements/statement.ts'
import { NO_VALUES, type Values } from '../statements/values.ts'

/** Messages of the tool that the resource answers, in the order in which it does; `copyEnd` only marks where a COPY ends. */
export type InFlightKind = 'query' | 'parse' | 'bind' | 'describe' | 'close' | 'execute' | 'function' | 'sync' | 'copyEnd'

/** An error of the resource, as records hold it. */
export interface ResourceError {
  readonly code: string
  readonly message: string
}

/** A COPY under way, or any stream that looks like one (replication). */
export interface CopyProgress {
  readonly direction: 'in' | 'out' | 'both'
  bytes: number
  /** The resource said CopyDone; what follows belongs to the next command of the same message. */
  done: boolean
}

/** One message on its way: what it asked, and what came back so far. */
export class InFlight {
  readonly kind: InFlightKind
  /** Of the statement or portal that it is about, one character for each byte; of `bind`, the portal. */
  readonly name: string
  /** Of `bind`, the name of the prepared statement. */
  source = ''
  /** Of `describe` and `close`, what the name is one of. */
  target: 'statement' | 'portal' = 'portal'
  /** Of `query` and `parse`. */
  statement: Statement | null = null
  /** Of `bind` and `function`. */
  values: Values = NO_VALUES
  functionId = 0
  /** When its last byte came: wall clock in milliseconds since 1970, and a clock that never jumps. */
  readonly at: number
  readonly started: number
  /** Rows that came since the last completion, and rows that completions counted. */
  dataRows = 0
  rows: number | null = null
  /** Commands of it that completed and that were no COPY. */
  commands = 0
  transfers = 0
  copy: CopyProgress | null = null
  error: ResourceError | null = null

  constructor(kind: InFlightKind, name: string, clock: { readonly at: number; readonly started: number }) {
    this.kind = kind
    this.name = name
    this.at = clock.at
    this.started = clock.started
  }

  /** About the memory that it holds, in bytes. */
  get size(): number {
    return 200 + 2 * (this.statement?.text.text.length ?? 0) + this.values.size
  }
}

/** A queue that shifts in constant time and keeps no room that it no longer needs. */
export class InFlightQueue {
  #entries: InFlight[] = []
  #first = 0
  #size = 0

  get head(): InFlight | undefined {
    return this.#entries[this.#first]
  }

  get length(): number {
    return this.#entries.length - this.#first
  }

  /** About the memory that the entries hold, in bytes. */
  get size(): number {
    return this.#size
  }

  push(entry: InFlight): void {
    this.#entries.push(entry)
    this.#size += entry.size
  }

  shift(): InFlight | undefined {
    const entry = this.#entries[this.#first]
    if (entry === undefined) return undefined
    this.#size -= entry.size
    this.#first++
    if (this.#first === this.#entries.length) {
      this.#entries.length = 0
      this.#first = 0
    } else if (this.#first > 256 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
    return entry
  }

  /** Takes out every Sync between the head and the first end of a COPY. True if that end is already there. */
  dropSyncsInCopy(): boolean {
    const rest = this.#entries.slice(this.#first + 1)
    const end = rest.findIndex((entry) => entry.kind === 'copyEnd')
    const inCopy = end < 0 ? rest : rest.slice(0, end)
    const kept = inCopy.filter((entry) => entry.kind !== 'sync')
    this.#size -= (inCopy.length - kept.length) * SYNC_SIZE
    this.#entries = [this.#entries[this.#first]!, ...kept, ...rest.slice(inCopy.length)]
    this.#first = 0
    return end >= 0
  }
}

const SYNC_SIZE = new InFlight('sync', '', { at: 0, started: 0 }).size
