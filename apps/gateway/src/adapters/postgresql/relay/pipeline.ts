/**
 * Which answer belongs to which message. The resource answers in order, so that a queue is enough; names of statements and
 * portals change only when it confirms them, so that they mean here what they mean there. Every statement that was sent on
 * becomes exactly one record, however it ends: completed, failed, skipped after a failure, or never answered. A COPY becomes a
 * transfer; a Query message that did nothing else has no record beside it.
 */
import type { Activity } from '@sallyport/recording'
import { UNANSWERED } from '../activity.ts'
import { rowsOfTag } from '../codec/backend.ts'
import type { NamedTarget } from '../codec/frontend.ts'
import { ProtocolViolation } from '../codec/violation.ts'
import type { Statement } from '../statements/statement.ts'
import type { Values } from '../statements/values.ts'
import { InFlight, InFlightQueue, type CopyProgress, type InFlightKind, type ResourceError } from './in-flight.ts'
import { isStatement, Recorder, type TransferEnd } from './recorder.ts'

interface Surroundings {
  readonly emit: (activity: Activity) => void
  readonly now: () => number
}

/** What is in flight before the tool has to wait: messages, and bytes of what was kept of them. */
const MOST_IN_FLIGHT = 10_000
const MOST_IN_FLIGHT_BYTES = 8 * 1024 * 1024

export class Pipeline {
  readonly #now: () => number
  readonly #recorder: Recorder
  readonly #queue = new InFlightQueue()
  /** After an error the resource skips what the tool sends until the next Sync. */
  #skipping = false
  /** The resource takes COPY data, and the tool has not said that it ended. */
  #copyInOpen = false
  /** COPY data that came before the resource asked for it. */
  #earlyCopyBytes = 0

  constructor(surroundings: Surroundings) {
    this.#recorder = new Recorder(surroundings.emit)
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
    this.#recorder.forgetSkipped()
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
    const entry = this.#entry(form === 'simple' ? 'query' : 'parse', '')
    entry.statement = statement
    entry.error = error
    this.#recorder.query(entry)
  }

  // What the resource answers

  parseComplete(): void {
    const entry = this.#finish('parse')
    if (entry.statement !== null) this.#recorder.names.prepare(entry.name, entry.statement)
  }

  bindComplete(): void {
    const entry = this.#finish('bind')
    this.#recorder.names.bind(entry.name, { statement: this.#recorder.names.statement(entry.source), values: entry.values })
  }

  closeComplete(): void {
    const entry = this.#finish('close')
    if (entry.target === 'statement') this.#recorder.names.deallocate(entry.name)
    else this.#recorder.names.closePortal(entry.name)
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
    this.#recorder.noticeSqlNames(tag, head)
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
    if (!isStatement(head)) this.#recorder.skip(head)
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
    if (idle) this.#recorder.names.closeAllPortals()
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
    if (this.#skipping) this.#recorder.skip(entry)
    else this.#queue.push(entry)
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
    if (entry.commands > 0 || entry.error !== null) this.#recorder.query(entry)
    // A Query message that only copied is recorded by its transfers; one without any answer still is a statement.
    else if (entry.kind === 'query' && entry.transfers === 0) this.#recorder.query(entry)
  }

  #skipToSync(): void {
    for (let head = this.#queue.head; head !== undefined && head.kind !== 'sync'; head = this.#queue.head) {
      this.#shift()
      this.#recorder.skip(head)
    }
    this.#skipping = this.#queue.length === 0
    if (!this.#skipping) this.#recorder.forgetSkipped()
  }

  #endTransfer(head: InFlight, copy: CopyProgress, end: TransferEnd): void {
    this.#copyInOpen = false
    this.#recorder.transfer(head, copy, end)
  }

  /** Some commands say CopyDone and go on without a completion of their own (BASE_BACKUP). */
  #endCopyOut(head: InFlight): void {
    if (head.copy?.done === true) this.#endTransfer(head, head.copy, { rows: null, error: null })
  }
}
