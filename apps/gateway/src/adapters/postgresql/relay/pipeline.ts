/**
 * Which answer belongs to which message. The resource answers in order, so that a queue is enough; names of statements and
 * portals change only when it confirms them, so that they mean here what they mean there. Every statement that was sent on
 * becomes exactly one record, however it ends: completed, failed, skipped after a failure, or never answered. A COPY becomes a
 * transfer; a Query message that did nothing else has no record beside it.
 */
import type { Activity, ClippedText } from '@sallyport/recording'
import { queryActivity, SKIPPED, transferActivity, UNANSWERED } from '../activity.ts'
import { rowsOfTag } from '../codec/backend.ts'
import type { NamedTarget } from '../codec/frontend.ts'
import { ProtocolViolation } from '../codec/violation.ts'
import type { Statement } from '../statements/statement.ts'
import { NO_VALUES, type Values } from '../statements/values.ts'
import { InFlight, InFlightQueue, type CopyProgress, type InFlightKind, type ResourceError } from './in-flight.ts'
import { PreparedNames, type Portal } from './names.ts'
import { deallocatedName, preparedName } from './sql-prepared.ts'

interface Surroundings {
  readonly emit: (activity: Activity) => void
  readonly now: () => number
}

/** What is in flight before the tool has to wait: messages, and bytes of what was kept of them. */
const MOST_IN_FLIGHT = 10_000
const MOST_IN_FLIGHT_BYTES = 8 * 1024 * 1024

const UNNAMED_SYNC: ClippedText = { text: '(end of the pipeline)' }

const named = (kind: string, name: string): ClippedText => ({ text: `(${kind} "${name.slice(0, 256)}")` })

export class Pipeline {
  readonly #emit: (activity: Activity) => void
  readonly #now: () => number
  readonly #queue = new InFlightQueue()
  readonly #names = new PreparedNames()
  /** After an error the resource skips what the tool sends until the next Sync. */
  #skipping = false
  /** The last statement and portal among what was skipped, so that the records of skipped executions can name them. */
  #skippedParse: InFlight | null = null
  #skippedBind: InFlight | null = null
  /** The resource takes COPY data, and the tool has not said that it ended. */
  #copyInOpen = false
  /** COPY data that came before the resource asked for it. */
  #earlyCopyBytes = 0

  constructor(surroundings: Surroundings) {
    this.#emit = surroundings.emit
    this.#now = surroundings.now
  }

  /** True while so much waits for answers that the tool has to wait too. */
  get full(): boolean {
    return this.#queue.length > MOST_IN_FLIGHT || this.#queue.size > MOST_IN_FLIGHT_BYTES
  }

  /** True once half of that room is free again. */
  get relaxed(): boolean {
    return this.#queue.length * 2 < MOST_IN_FLIGHT && this.#queue.size * 2 < MOST_IN_FLIGHT_BYTES
  }

  get idle(): boolean {
    return this.#queue.length === 0
  }

  // What the tool sends

  query(statement: Statement): void {
    const entry = this.#entry('query', '')
    entry.statement = statement
    this.#push(entry)
  }

  parse(name: string, statement: Statement): void {
    const entry = this.#entry('parse', name)
    entry.statement = statement
    this.#push(entry)
  }

  bind(portal: string, source: string, values: Values): void {
    const entry = this.#entry('bind', portal)
    entry.source = source
    entry.values = values
    this.#push(entry)
  }

  execute(portal: string): void {
    this.#push(this.#entry('execute', portal))
  }

  describe(target: NamedTarget): void {
    this.#pushTarget('describe', target)
  }

  close(target: NamedTarget): void {
    this.#pushTarget('close', target)
  }

  functionCall(functionId: number, values: Values): void {
    const entry = this.#entry('function', '')
    entry.functionId = functionId
    entry.values = values
    this.#push(entry)
  }

  sync(): void {
    // A Sync inside a COPY is ignored by the resource (manual, "COPY Operations").
    if (this.#copyInOpen) return
    this.#skipping = false
    this.#forgetSkipped()
    this.#push(this.#entry('sync', ''))
  }

  copyBytesIn(length: number): void {
    const copy = this.#queue.head?.copy
    if (copy === null || copy === undefined || copy.direction === 'out') this.#earlyCopyBytes += length
    else copy.bytes += length
  }

  /** CopyDone or CopyFail. */
  copyEnd(): void {
    this.#copyInOpen = false
    // Outside of a COPY it is ignored, so that there is nothing to wait for.
    if (this.#queue.length > 0 && !this.#skipping) this.#push(this.#entry('copyEnd', ''))
  }

  /** Throws for a message that has no place while the resource takes COPY data. */
  expectNoCopy(): void {
    if (this.#copyInOpen) throw new ProtocolViolation('a command inside COPY data')
  }

  /** A statement that is not sent on at all, because it was refused when part of it had already passed. */
  refuse(form: 'simple' | 'extended', statement: Statement, error: ResourceError): void {
    const { text } = statement
    this.#emit(queryActivity(this.#entry('query', ''), { form, statement: text, binds: [], bindsOmitted: 0, rows: null, error }))
  }

  // What the resource answers

  parseComplete(): void {
    const entry = this.#finish('parse')
    if (entry.statement !== null) this.#names.prepare(entry.name, entry.statement)
  }

  bindComplete(): void {
    const entry = this.#finish('bind')
    this.#names.bind(entry.name, { statement: this.#names.statement(entry.source), values: entry.values })
  }

  closeComplete(): void {
    const entry = this.#finish('close')
    if (entry.target === 'statement') this.#names.deallocate(entry.name)
    else this.#names.closePortal(entry.name)
  }

  /** ParameterDescription; a RowDescription or NoData follows. */
  parameterDescription(): void {
    this.#expect('describe')
  }

  noData(): void {
    this.#finish('describe')
  }

  rowDescription(): void {
    const head = this.#running()
    if (head.kind === 'describe') this.#shift()
    else this.#endCopyOut(head)
  }

  dataRow(): void {
    this.#running().dataRows++
  }

  copyStart(direction: CopyProgress['direction']): void {
    const head = this.#running()
    if (head.kind !== 'query' && head.kind !== 'execute') throw new ProtocolViolation('COPY that nobody asked for')
    this.#endCopyOut(head)
    head.copy = { direction, bytes: 0, done: false }
    if (direction === 'out') return
    head.copy.bytes = this.#earlyCopyBytes
    this.#earlyCopyBytes = 0
    if (direction === 'in') this.#copyInOpen = !this.#queue.dropSyncsInCopy()
  }

  copyBytesOut(length: number): void {
    const copy = this.#running().copy
    if (copy === null) throw new ProtocolViolation('COPY data that nobody asked for')
    copy.bytes += length
  }

  copyDone(): void {
    const copy = this.#running().copy
    if (copy !== null) copy.done = true
  }

  /** CommandComplete with its tag; an empty tag stands for EmptyQueryResponse. */
  commandComplete(tag: string): void {
    const head = this.#running()
    if (head.kind !== 'query' && head.kind !== 'execute') throw new ProtocolViolation('completion that nobody waits for')
    const rows = rowsOfTag(tag)
    this.#noticeSqlNames(tag, this.#textOf(head))
    if (head.copy !== null) this.#endTransfer(head, head.copy, { rows, error: null })
    else {
      head.commands++
      if (rows !== null) head.rows = (head.rows ?? 0) + rows
    }
    head.dataRows = 0
    if (head.kind === 'execute') this.#complete()
  }

  portalSuspended(): void {
    const head = this.#expect('execute')
    head.rows = head.dataRows
    head.commands++
    this.#complete()
  }

  functionResult(): void {
    this.#expect('function').commands++
  }

  /** True if the error answers a statement that we replaced, so that the tool must see ours instead. */
  error(error: ResourceError, ours: (refused: Statement) => ResourceError): boolean {
    const head = this.#queue.head
    // Between statements only the end of the connection is announced this way.
    if (head === undefined) return false
    const refused = head.statement?.refused === true
    const seen = refused && head.statement !== null ? ours(head.statement) : error
    this.#copyInOpen = false
    if (head.copy !== null) this.#endTransfer(head, head.copy, { rows: null, error: seen })
    else head.error = seen
    if (head.kind === 'query' || head.kind === 'function' || head.kind === 'sync') return refused
    this.#complete()
    this.#skipToSync()
    return refused
  }

  readyForQuery(idle: boolean): void {
    const head = this.#running()
    if (head.kind !== 'query' && head.kind !== 'function' && head.kind !== 'sync') {
      throw new ProtocolViolation('ReadyForQuery that nobody waits for')
    }
    this.#endCopyOut(head)
    this.#copyInOpen = false
    this.#earlyCopyBytes = 0
    this.#complete()
    if (idle) this.#names.closeAllPortals()
  }

  /** The connection ended: what still waits for an answer is recorded as it is. */
  abandon(): void {
    for (let head = this.#queue.head; head !== undefined; head = this.#queue.head) {
      if (head.copy !== null) this.#endTransfer(head, head.copy, { rows: null, error: UNANSWERED })
      else if (isStatement(head) && head.error === null) head.error = UNANSWERED
      this.#complete()
    }
  }

  // Inside

  #entry(kind: InFlightKind, name: string): InFlight {
    return new InFlight(kind, name, { at: this.#now(), started: performance.now() })
  }

  #push(entry: InFlight): void {
    if (this.#skipping) this.#skip(entry)
    else this.#queue.push(entry)
  }

  #skip(entry: InFlight): void {
    if (entry.kind === 'parse') this.#skippedParse = entry
    else if (entry.kind === 'bind') this.#skippedBind = entry
    else if (isStatement(entry)) {
      entry.error = SKIPPED
      this.#record(entry)
    }
  }

  #pushTarget(kind: 'describe' | 'close', target: NamedTarget): void {
    const entry = this.#entry(kind, target.name.toString('latin1'))
    entry.target = target.kind
    this.#push(entry)
  }

  /** The message that the resource is answering. */
  #running(): InFlight {
    const head = this.#queue.head
    if (head === undefined) throw new ProtocolViolation('answer that nobody waits for')
    return head
  }

  #expect(kind: InFlightKind): InFlight {
    const head = this.#running()
    if (head.kind !== kind) throw new ProtocolViolation(`answer to ${kind} while ${head.kind} is waiting`)
    return head
  }

  #finish(kind: InFlightKind): InFlight {
    const entry = this.#expect(kind)
    this.#shift()
    return entry
  }

  #shift(): void {
    this.#queue.shift()
    while (this.#queue.head?.kind === 'copyEnd') this.#queue.shift()
  }

  /** The head is done: recorded, if it has something to say. */
  #complete(): void {
    const entry = this.#running()
    this.#shift()
    if (entry.commands > 0 || entry.error !== null) this.#record(entry)
    // A Query message that only copied is recorded by its transfers; one without any answer still is a statement.
    else if (entry.kind === 'query' && entry.transfers === 0) this.#record(entry)
  }

  #skipToSync(): void {
    for (let head = this.#queue.head; head !== undefined && head.kind !== 'sync'; head = this.#queue.head) {
      this.#shift()
      this.#skip(head)
    }
    this.#skipping = this.#queue.length === 0
    if (!this.#skipping) this.#forgetSkipped()
  }

  /** Some commands say CopyDone and go on without a completion of their own (BASE_BACKUP). */
  #endCopyOut(head: InFlight): void {
    if (head.copy?.done === true) this.#endTransfer(head, head.copy, { rows: null, error: null })
  }

  #endTransfer(
    head: InFlight,
    copy: CopyProgress,
    end: { readonly rows: number | null; readonly error: ResourceError | null },
  ): void {
    head.copy = null
    head.transfers++
    this.#copyInOpen = false
    this.#emit(transferActivity(head, { statement: this.#textOf(head), copy, ...end }))
  }

  #record(entry: InFlight): void {
    const values = this.#valuesOf(entry)
    const form = entry.kind === 'query' ? 'simple' : entry.kind === 'function' ? 'function' : 'extended'
    this.#emit(
      queryActivity(entry, {
        form,
        statement: this.#textOf(entry),
        binds: values.recorded,
        bindsOmitted: values.omitted,
        rows: entry.rows,
        error: entry.error,
      }),
    )
  }

  #forgetSkipped(): void {
    this.#skippedParse = null
    this.#skippedBind = null
  }

  /** What an execution runs, or would have run. */
  #portalOf(entry: InFlight): Portal | null {
    const bind = this.#skippedBind
    if (entry.error !== SKIPPED || bind?.name !== entry.name) return this.#names.portal(entry.name)
    const parse = this.#skippedParse
    const statement = parse?.name === bind.source ? parse.statement : this.#names.statement(bind.source)
    return { statement, values: bind.values }
  }

  #valuesOf(entry: InFlight): Values {
    return entry.kind === 'execute' ? (this.#portalOf(entry)?.values ?? NO_VALUES) : entry.values
  }

  #textOf(entry: InFlight): ClippedText {
    if (entry.statement !== null) return entry.statement.text
    switch (entry.kind) {
      case 'bind':
        return this.#names.statement(entry.source)?.text ?? named('prepared statement', entry.source)
      case 'execute':
        return this.#portalOf(entry)?.statement?.text ?? named('portal', entry.name)
      case 'describe':
      case 'close': {
        const known = entry.target === 'statement' ? this.#names.statement(entry.name) : this.#names.portal(entry.name)?.statement
        return known?.text ?? named(entry.target === 'statement' ? 'prepared statement' : 'portal', entry.name)
      }
      case 'function':
        return { text: `(function ${entry.functionId})` }
      default:
        return UNNAMED_SYNC
    }
  }

  /** PREPARE, DEALLOCATE and DISCARD in SQL change what names mean. */
  #noticeSqlNames(tag: string, text: ClippedText): void {
    switch (tag) {
      case 'PREPARE': {
        const name = preparedName(text.text)
        if (name === null) this.#names.deallocateAll()
        else this.#names.prepare(name, { text, refused: false })
        break
      }
      case 'DEALLOCATE': {
        const name = deallocatedName(text.text)
        if (name === null) this.#names.deallocateAll()
        else this.#names.deallocate(name)
        break
      }
      case 'DEALLOCATE ALL':
      case 'DISCARD ALL':
        this.#names.deallocateAll()
        this.#names.closeAllPortals()
        break
      default:
        break
    }
  }
}

/** Messages that make the resource do something; the others only prepare it or ask about it. */
const isStatement = (entry: InFlight): boolean => entry.kind === 'query' || entry.kind === 'execute' || entry.kind === 'function'
