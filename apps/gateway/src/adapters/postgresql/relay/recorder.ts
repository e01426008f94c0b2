/** Turns what was in flight into records, with the meaning that names had when it ran. */
import type { Activity, ClippedText } from '@sallyport/recording'
import { queryActivity, SKIPPED, transferActivity } from '../activity.ts'
import { NO_VALUES, type Values } from '../statements/values.ts'
import type { CopyProgress, InFlight, ResourceError } from './in-flight.ts'
import { PreparedNames, type Portal } from './names.ts'
import { deallocatedName, preparedName } from './sql-prepared.ts'

const UNNAMED_SYNC: ClippedText = { text: '(end of the pipeline)' }

const named = (kind: string, name: string): ClippedText => ({ text: `(${kind} "${name.slice(0, 256)}")` })

export interface TransferEnd {
  readonly rows: number | null
  readonly error: ResourceError | null
}

export class Recorder {
  readonly names = new PreparedNames()
  readonly #emit: (activity: Activity) => void
  /** The last statement and portal among what was skipped, so that the records of skipped executions can name them. */
  #skippedParse: InFlight | null = null
  #skippedBind: InFlight | null = null

  constructor(emit: (activity: Activity) => void) {
    this.#emit = emit
  }

  /** A message that the resource never looks at, or that failed before anything ran. */
  skip(entry: InFlight): void {
    if (entry.kind === 'parse') this.#skippedParse = entry
    else if (entry.kind === 'bind') this.#skippedBind = entry
    else if (isStatement(entry)) {
      entry.error = SKIPPED
      this.query(entry)
    }
  }

  transfer(head: InFlight, copy: CopyProgress, end: TransferEnd): void {
    head.copy = null
    head.transfers++
    this.#emit(transferActivity(head, { statement: this.#textOf(head), copy, ...end }))
  }

  query(entry: InFlight): void {
    const values = this.#valuesOf(entry)
    const form = entry.kind === 'query' ? 'simple' : entry.kind === 'function' ? 'function' : 'extended'
    this.#emit(
      queryActivity(entry, {
        form,
        statement: this.#textOf(entry),
        binds: values.recorded,
        bindsOmitted: values.omitted,
        rows: entry.rows,
        error: this.#errorOf(entry),
      }),
    )
  }

  /** Errors may quote the statement. */
  #errorOf(entry: InFlight): ResourceError | null {
    const { error } = entry
    if (error === null || error.message === '' || !this.#isSensitive(entry)) return error
    return { code: error.code, message: '(not recorded: the statement holds a password)' }
  }

  #isSensitive(entry: InFlight): boolean {
    if (entry.statement !== null) return entry.statement.sensitive && !entry.statement.refused
    const statement = entry.kind === 'bind' ? this.names.statement(entry.source) : this.#portalOf(entry)?.statement
    return statement?.sensitive === true
  }

  forgetSkipped(): void {
    this.#skippedParse = null
    this.#skippedBind = null
  }

  /** What an execution runs, or would have run. */
  #portalOf(entry: InFlight): Portal | null {
    const bind = this.#skippedBind
    if (entry.error !== SKIPPED || bind?.name !== entry.name) return this.names.portal(entry.name)
    const parse = this.#skippedParse
    const statement = parse?.name === bind.source ? parse.statement : this.names.statement(bind.source)
    return { statement, values: bind.values }
  }

  #valuesOf(entry: InFlight): Values {
    return entry.kind === 'execute' ? (this.#portalOf(entry)?.values ?? NO_VALUES) : entry.values
  }

  #textOf(entry: InFlight): ClippedText {
    if (entry.statement !== null) return entry.statement.text
    switch (entry.kind) {
      case 'bind':
        return this.names.statement(entry.source)?.text ?? named('prepared statement', entry.source)
      case 'execute':
        return this.#portalOf(entry)?.statement?.text ?? named('portal', entry.name)
      case 'describe':
      case 'close': {
        const known = entry.target === 'statement' ? this.names.statement(entry.name) : this.names.portal(entry.name)?.statement
        return known?.text ?? named(entry.target === 'statement' ? 'prepared statement' : 'portal', entry.name)
      }
      case 'function':
        return { text: `(function ${entry.functionId})` }
      default:
        return UNNAMED_SYNC
    }
  }

  /** PREPARE, DEALLOCATE and DISCARD in SQL change what names mean. */
  noticeSqlNames(tag: string, entry: InFlight): void {
    const text = this.#textOf(entry)
    switch (tag) {
      case 'PREPARE': {
        const name = preparedName(text.text)
        if (name === null) this.names.deallocateAll()
        else this.names.prepare(name, { text, refused: false, sensitive: false })
        break
      }
      case 'DEALLOCATE': {
        const name = deallocatedName(text.text)
        if (name === null) this.names.deallocateAll()
        else this.names.deallocate(name)
        break
      }
      case 'DEALLOCATE ALL':
      case 'DISCARD ALL':
        this.names.deallocateAll()
        this.names.closeAllPortals()
        break
      default:
        break
    }
  }
}

/** Messages that make the resource do something; the others only prepare it or ask about it. */
export const isStatement = (entry: InFlight): boolean =>
  entry.kind === 'query' || entry.kind === 'execute' || entry.kind === 'function'
