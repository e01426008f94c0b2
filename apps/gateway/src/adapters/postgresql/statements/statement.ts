/** Statements as they are recorded: decoded, cut to what a record holds, passwords left out. */
import { clip, MAX_STATEMENT_LENGTH, TextClipper, type ClippedText } from '@sallyport/recording'
import { inspectPasswords, PasswordScanner, type LeasedName, type Range } from './password-guard.ts'
import type { TextEncoding } from './text-encoding.ts'

/** What stands in a record in the place of a password. */
const REDACTED = "'[redacted]'"

/**
 * Longest statement that is recorded, in UTF-16 code units. Less than what the schema allows, so that a statement and its bind
 * values fit into one record together, however much their characters take once encoded.
 */
const LONGEST_STATEMENT = Math.min(MAX_STATEMENT_LENGTH, 224 * 1024)

export interface Statement {
  readonly text: ClippedText
  /** It would change the leased user's password, so that something that fails was sent in its place. */
  readonly refused: boolean
  /** It holds a password, which errors about it may quote. */
  readonly sensitive: boolean
}

const redact = (bytes: Buffer, secrets: readonly Range[], encoding: TextEncoding): string => {
  let text = ''
  let from = 0
  for (const { start, end } of secrets) {
    text += encoding.decode(bytes.subarray(from, start)) + REDACTED
    from = end
  }
  return text + encoding.decode(bytes.subarray(from))
}

const MENTION = /password|:\/\//i

/** Reads a statement that is there as a whole. */
export const readStatement = (bytes: Buffer, leased: LeasedName, encoding: TextEncoding): Statement => {
  const text = encoding.decode(bytes)
  if (!MENTION.test(text)) return { text: clip(text, LONGEST_STATEMENT), refused: false, sensitive: false }
  const { refused, secrets } = inspectPasswords(bytes, leased)
  const sensitive = secrets.length > 0
  return { text: clip(sensitive ? redact(bytes, secrets, encoding) : text, LONGEST_STATEMENT), refused, sensitive }
}

/** Keeps little of a statement that cannot be kept whole; its digest still tells which one it was. */
export const shorten = (statement: Statement, limit: number): Statement => {
  const { text, clipped } = statement.text
  if (text.length <= limit) return statement
  const short = clip(text, limit)
  return { ...statement, text: clipped === undefined ? short : { text: short.text, clipped } }
}

/**
 * Reads a statement in pieces as it passes. A refusal can no longer be answered
 * with an error, because the beginning is on its way; but a statement that never arrives whole is never run.
 */
export class PassingStatement {
  readonly #scanner: PasswordScanner
  readonly #clipper = new TextClipper(LONGEST_STATEMENT)
  readonly #decoder: ReturnType<TextEncoding['pieces']>
  #offset = 0
  #recordedTo = 0
  #sensitive = false
  #finished: Statement | null = null

  constructor(leased: LeasedName, encoding: TextEncoding) {
    this.#scanner = new PasswordScanner(leased)
    this.#decoder = encoding.pieces()
  }

  push(piece: Buffer): void {
    this.#scanner.push(piece)
    const start = this.#offset
    this.#offset += piece.length
    for (const secret of this.#scanner.secrets) {
      if (secret.end <= this.#recordedTo) continue
      this.#sensitive = true
      if (secret.start >= this.#recordedTo) {
        this.#append(piece.subarray(Math.max(0, this.#recordedTo - start), Math.max(0, secret.start - start)))
        this.#clipper.append(REDACTED)
      }
      this.#recordedTo = Math.min(secret.end, this.#offset)
    }
    this.#append(piece.subarray(Math.max(0, this.#recordedTo - start)))
    this.#recordedTo = this.#offset
    this.#scanner.forget(this.#offset)
  }

  get refused(): boolean {
    return this.#scanner.refused
  }

  /** What is known of it; nothing may be pushed afterwards. */
  finish(): Statement {
    if (this.#finished !== null) return this.#finished
    this.#scanner.finish()
    this.#clipper.append(this.#decoder.end())
    this.#finished = { text: this.#clipper.finish(), refused: this.#scanner.refused, sensitive: this.#sensitive }
    return this.#finished
  }

  #append(bytes: Buffer): void {
    if (bytes.length > 0) this.#clipper.append(this.#decoder.decode(bytes))
  }
}
