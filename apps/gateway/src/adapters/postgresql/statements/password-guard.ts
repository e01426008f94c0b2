/**
 * What statements say about passwords: which literals are passwords and must not be recorded, and whether the leased user's
 * own password would be changed. Passwords of other roles may be set; their literals are redacted all the same.
 */
import { OTHER_READINGS, SqlLexer, USUAL_READING, type Reading, type TokenHandler } from './sql-lexer.ts'

/** Offsets of bytes: `start` up to, not including, `end`. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Names that mean the leased user whatever it is called (manual, "ALTER ROLE"). */
const SELF = new Set(['current_user', 'session_user', 'current_role', 'user'])

const ROLE_NOUNS = new Set(['role', 'user', 'group'])

/** Statements whose literals may hold statements of their own. */
const CARRIERS = new Set(['do', 'create', 'execute'])

const SEMICOLON = ';'.charCodeAt(0)
const EQUALS = '='.charCodeAt(0)

const lowerAscii = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
// oxlint-disable-next-line no-control-regex -- it is about the bytes beyond ASCII
const beyondAscii = (text: string): boolean => /[^\x00-\x7f]/.test(text)

/**
 * Tells whether a role name in a statement is the leased user, or the role that a temporary one is a member of: whoever may become
 * that role may give it a password. Where it cannot be known for sure, it is.
 */
export class LeasedName {
  readonly #names: readonly string[]

  constructor(...names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name).subarray(0, 63).toString('latin1'))
  }

  matches(name: string, form: 'word' | 'quoted' | 'escaped'): boolean {
    if (form === 'escaped') return true
    if (form === 'word' && SELF.has(name)) return true
    return this.#names.some((leased) => {
      // The client encoding may spell a name beyond ASCII in other bytes, and the server folds its case by its own locale.
      if (beyondAscii(leased) && beyondAscii(name)) return true
      return name === leased || (form === 'word' && name === lowerAscii(leased) && leased === lowerAscii(leased))
    })
  }
}

/** Follows the tokens of one text under one reading. */
class Guard implements TokenHandler {
  readonly #leased: LeasedName
  readonly secrets: { start: number; end: number }[] = []
  /** Literals that may hold statements or connection strings. */
  readonly carried: { readonly range: Range; readonly delimiter: number; readonly statements: boolean }[] = []
  refused = false

  /** What the current statement has said so far. */
  #expect: 'verb' | 'noun' | 'target' | 'options' = 'verb'
  #defines = false
  #self = false
  #updates = false
  #carriesStatements = false
  #carriesConnection = false
  /** Literals are passwords until something else comes. */
  #passwordNext = false
  #literalStart = 0
  #literalIsSecret = false

  constructor(leased: LeasedName) {
    this.#leased = leased
  }

  word(name: string): void {
    this.#passwordNext = false
    if (this.#expect === 'target') return this.#target(name, 'word')
    if (this.#expect === 'noun') this.#expect = ROLE_NOUNS.has(name) ? 'target' : 'verb'
    if (name === 'alter' || name === 'create') {
      this.#defines = true
      this.#expect = 'noun'
    }
    if (CARRIERS.has(name)) this.#carriesStatements = true
    if (name.startsWith('dblink')) this.#carriesConnection = true
    if (name === 'update') this.#updates = true
    this.#mentionPassword(name)
    if (name === 'password' && this.#self) this.refused = true
  }

  quoted(name: string, exact: boolean): void {
    this.#passwordNext = false
    if (this.#expect === 'target') return this.#target(name, exact ? 'quoted' : 'escaped')
    if (this.#expect === 'noun') this.#expect = 'verb'
    this.#mentionPassword(name.toLowerCase())
  }

  symbol(byte: number): void {
    if (byte !== EQUALS) this.#passwordNext = false
    if (byte !== SEMICOLON) return
    this.#expect = 'verb'
    this.#defines = false
    this.#self = false
    this.#updates = false
    this.#carriesStatements = false
    this.#carriesConnection = false
  }

  literalStart(at: number): void {
    this.#literalStart = at
    // Literals right behind it may be its continuation, or a mistake that still is a password.
    this.#literalIsSecret = this.#passwordNext
    if (this.#literalIsSecret) this.secrets.push({ start: at, end: Number.POSITIVE_INFINITY })
  }

  literalEnd(at: number, delimiter: number): void {
    if (this.#literalIsSecret) {
      this.secrets.at(-1)!.end = at
    } else if (this.#carriesStatements || this.#carriesConnection || this.#defines) {
      this.carried.push({ range: { start: this.#literalStart, end: at }, delimiter, statements: this.#carriesStatements })
    }
  }

  #target(name: string, form: 'word' | 'quoted' | 'escaped'): void {
    this.#expect = 'options'
    this.#self ||= this.#leased.matches(name, form)
  }

  /** PASSWORD 'x' in definitions, rolpassword = 'x' where somebody writes to the catalogue. */
  #mentionPassword(name: string): void {
    if (name === 'password') this.#passwordNext = this.#defines
    if (name !== 'rolpassword') return
    this.#passwordNext = true
    if (this.#updates) this.refused = true
  }
}

/**
 * Passwords inside connection strings: password=x, password='x', ://user:x@host. Every repetition is bounded, so that no text
 * makes the search take more than linear time.
 */
const CONNECTION_PASSWORDS = [
  /password\s{0,9}=\s{0,9}(''.{0,256}?''|'(?:\\.|[^'\\]){0,256}'|[^\s']{1,256})/dgis,
  /:\/\/[^\s:@/]{0,64}:([^\s@]{1,256})@/dgs,
]

const connectionSecrets = (text: Buffer, offset: number): Range[] => {
  const content = text.toString('latin1')
  return CONNECTION_PASSWORDS.flatMap((pattern) =>
    [...content.matchAll(pattern)].flatMap((match) => {
      const [start, end] = match.indices?.[1] ?? [0, 0]
      return start === end ? [] : [{ start: offset + start, end: offset + end }]
    }),
  )
}

export interface PasswordFindings {
  readonly refused: boolean
  /** In order, not overlapping. */
  readonly secrets: readonly Range[]
}

const NOTHING: PasswordFindings = { refused: false, secrets: [] }

/** Statements within statements within statements: deeper than this nobody writes by hand. */
const DEEPEST = 4

/** Sorted, overlaps joined. */
export const joinRanges = (ranges: readonly Range[]): Range[] => {
  const joined: { start: number; end: number }[] = []
  for (const range of ranges.toSorted((left, right) => left.start - right.start)) {
    const last = joined.at(-1)
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end)
    else joined.push({ start: range.start, end: range.end })
  }
  return joined
}

/** How a text is read, and how many literals it is inside of. */
interface How {
  readonly reading: Reading
  readonly depth: number
}

const inspectCarried = (text: Buffer, leased: LeasedName, carried: { guard: Guard; how: How }): PasswordFindings => {
  const { guard, how } = carried
  const secrets: Range[] = []
  let refused = false
  for (const { range, delimiter, statements } of guard.carried) {
    const start = range.start + delimiter
    const content = text.subarray(start, Math.max(start, range.end - delimiter))
    const inner = statements && how.depth < DEEPEST ? inspectInner(content, leased, { ...how, depth: how.depth + 1 }) : NOTHING
    refused ||= inner.refused
    const dollarQuoted = delimiter > 1
    // Inside quotes the quotes of the inner literal are doubled, so that its offsets say too little: all of it goes.
    if (inner.secrets.length > 0 && !dollarQuoted) secrets.push(range)
    else secrets.push(...inner.secrets.map((found) => ({ start: start + found.start, end: start + found.end })))
    secrets.push(...connectionSecrets(content, start))
  }
  return { refused, secrets }
}

const inspectReading = (text: Buffer, leased: LeasedName, how: How) => {
  const guard = new Guard(leased)
  const lexer = new SqlLexer(guard, how.reading)
  lexer.push(text)
  lexer.finish()
  const carried = inspectCarried(text, leased, { guard, how })
  return {
    ambiguous: lexer.ambiguous,
    refused: guard.refused || carried.refused,
    secrets: [...guard.secrets, ...carried.secrets],
  }
}

const MENTION = /password/i

const mentionsPassword = (text: Buffer): boolean => MENTION.test(text.toString('latin1')) || text.includes('://')

/** A literal is read the same way as the text around it: the ways would multiply with each level. */
const inspectInner = (text: Buffer, leased: LeasedName, how: How): PasswordFindings =>
  mentionsPassword(text) ? inspectReading(text, leased, how) : NOTHING

/**
 * Inspects one text, which may hold several statements. Findings are the union over all ways in which the server could read
 * it. Bytes, not text: the server's scanner sees bytes, and the lexer must see what the server sees.
 */
export const inspectPasswords = (text: Buffer, leased: LeasedName): PasswordFindings => {
  if (!mentionsPassword(text)) return NOTHING
  const usual = inspectReading(text, leased, { reading: USUAL_READING, depth: 0 })
  const others = usual.ambiguous ? OTHER_READINGS.map((reading) => inspectReading(text, leased, { reading, depth: 0 })) : []
  const all = [usual, ...others]
  return {
    refused: all.some((findings) => findings.refused),
    secrets: joinRanges(all.flatMap((findings) => findings.secrets)),
  }
}

/** {@link inspectPasswords} for a text that arrives in pieces. Literals within literals are not looked into. */
export class PasswordScanner {
  readonly #guards: readonly Guard[]
  readonly #lexers: readonly SqlLexer[]

  constructor(leased: LeasedName) {
    const readings = [USUAL_READING, ...OTHER_READINGS]
    this.#guards = readings.map(() => new Guard(leased))
    this.#lexers = readings.map((reading, index) => new SqlLexer(this.#guards[index]!, reading))
  }

  push(piece: Buffer): void {
    for (const lexer of this.#lexers) lexer.push(piece)
    // Nobody looks into these, and a text without end would keep them all.
    for (const guard of this.#guards) guard.carried.length = 0
  }

  finish(): void {
    for (const lexer of this.#lexers) lexer.finish()
  }

  /** Drops what was found before this offset, so that a text of a gigabyte does not gather a gigabyte of findings. */
  forget(before: number): void {
    for (const guard of this.#guards) {
      const open = guard.secrets.findIndex((range) => range.end > before)
      guard.secrets.splice(0, open < 0 ? guard.secrets.length : open)
    }
  }

  get refused(): boolean {
    return this.#guards.some((guard) => guard.refused)
  }

  /** The secret parts found so far; the last one may still be open, its end then is infinite. */
  get secrets(): readonly Range[] {
    return joinRanges(this.#guards.flatMap((guard) => guard.secrets))
  }
}
