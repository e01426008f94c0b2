/**
 * Prepared statements and portals of one connection, as far as the resource confirmed them. Bounded: what a tool never closes
 * is first shortened, and in the end the connection is refused more of it.
 */
import { postgresqlError } from '../errors.ts'
import { shorten, type Statement } from '../statements/statement.ts'
import { NO_VALUES, type Values } from '../statements/values.ts'

const MOST_STATEMENTS = 50_000
const MOST_PORTALS = 10_000

/** Memory for texts of prepared statements, in bytes. Beyond it only their beginnings and digests are kept. */
const STATEMENT_ROOM = 16 * 1024 * 1024
const SHORT_TEXT = 256

/** Memory for bind values of open portals, in bytes. Beyond it they are counted as omitted. */
const PORTAL_ROOM = 16 * 1024 * 1024

export interface Portal {
  readonly statement: Statement | null
  readonly values: Values
}

export class PreparedNames {
  readonly #statements = new Map<string, Statement>()
  readonly #portals = new Map<string, Portal>()
  #statementRoom = 0
  #portalRoom = 0

  statement(name: string): Statement | null {
    return this.#statements.get(name) ?? null
  }

  portal(name: string): Portal | null {
    return this.#portals.get(name) ?? null
  }

  prepare(name: string, statement: Statement): void {
    this.deallocate(name)
    if (this.#statements.size >= MOST_STATEMENTS) {
      throw postgresqlError('limit_reached', { detail: `There are ${MOST_STATEMENTS} prepared statements.` })
    }
    const fits = this.#statementRoom + statement.text.text.length * 2 <= STATEMENT_ROOM
    const kept = fits ? statement : shorten(statement, SHORT_TEXT)
    this.#statementRoom += kept.text.text.length * 2
    this.#statements.set(name, kept)
  }

  deallocate(name: string): void {
    const known = this.#statements.get(name)
    if (known === undefined) return
    this.#statementRoom -= known.text.text.length * 2
    this.#statements.delete(name)
  }

  deallocateAll(): void {
    this.#statements.clear()
    this.#statementRoom = 0
  }

  bind(name: string, portal: Portal): void {
    this.closePortal(name)
    if (this.#portals.size >= MOST_PORTALS) {
      throw postgresqlError('limit_reached', { detail: `There are ${MOST_PORTALS} open portals.` })
    }
    const fits = this.#portalRoom + portal.values.size <= PORTAL_ROOM
    const values = fits ? portal.values : { ...NO_VALUES, omitted: portal.values.recorded.length + portal.values.omitted }
    this.#portalRoom += values.size
    this.#portals.set(name, { statement: portal.statement, values })
  }

  closePortal(name: string): void {
    const known = this.#portals.get(name)
    if (known === undefined) return
    this.#portalRoom -= known.values.size
    this.#portals.delete(name)
  }

  /** The end of a transaction ends its portals. */
  closeAllPortals(): void {
    if (this.#portals.size === 0) return
    this.#portals.clear()
    this.#portalRoom = 0
  }
}
