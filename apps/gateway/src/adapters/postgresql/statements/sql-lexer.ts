/**
 * Finds the words, identifiers and literals of SQL as PostgreSQL's own scanner does (src/backend/parser/scan.l; manual, "Lexical
 * Structure"), over bytes that may come in pieces. It never fails: what it does not know is a symbol.
 *
 * Two things decide how bytes are read that cannot be known for sure while a pipeline is on its way, so that both are part of
 * the {@link Reading} and a cautious caller tries all of them: whether a backslash escapes in '…' (standard_conforming_strings
 * off), and whether the client encoding has characters whose second byte looks like ASCII (SJIS, BIG5, GBK, UHC, GB18030, JOHAB).
 */
export interface Reading {
  readonly backslashEscapes: boolean
  readonly doubleByte: boolean
}

export const USUAL_READING: Reading = { backslashEscapes: false, doubleByte: false }

/** The other ways to read the same bytes, wherever {@link SqlLexer.ambiguous} says that they might differ. */
export const OTHER_READINGS: readonly Reading[] = [
  { backslashEscapes: true, doubleByte: false },
  { backslashEscapes: false, doubleByte: true },
  { backslashEscapes: true, doubleByte: true },
]

export interface TokenHandler {
  /** An unquoted word, ASCII letters in lower case, cut at 63 bytes, one character for each byte. */
  word(name: string): void
  /** An identifier in double quotes. `exact` is false for U&"…", where escapes were not resolved. */
  quoted(name: string, exact: boolean): void
  /** A literal starts at this offset (quote or dollar, the prefix letter left out). */
  literalStart(at: number): void
  /** It ended just before this offset. `delimiter` is the number of bytes at either end that are not content. */
  literalEnd(at: number, delimiter: number): void
  symbol(byte: number): void
}

/** NAMEDATALEN - 1: longer names are the same name cut. */
const LONGEST_NAME = 63

const byteOf = (character: string): number => character.charCodeAt(0)
const QUOTE = byteOf("'")
const DOUBLE_QUOTE = byteOf('"')
const BACKSLASH = byteOf('\\')
const DOLLAR = byteOf('$')
const DASH = byteOf('-')
const SLASH = byteOf('/')
const STAR = byteOf('*')
const AMPERSAND = byteOf('&')
const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
const isNameStart = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte >= 0x80
const isNamePart = (byte: number): boolean => isNameStart(byte) || isDigit(byte)

type State =
  | 'normal'
  | 'word'
  | 'unicodePrefix'
  | 'dash'
  | 'slash'
  | 'lineComment'
  | 'blockComment'
  | 'blockCommentStar'
  | 'blockCommentSlash'
  | 'string'
  | 'stringEscape'
  | 'stringQuote'
  | 'identifier'
  | 'identifierQuote'
  | 'dollarTag'
  | 'dollarBody'

type LiteralKind = 'plain' | 'escape' | 'raw'

const kindOfPrefix: Readonly<Record<string, LiteralKind>> = { e: 'escape', n: 'plain', b: 'raw', x: 'raw' }

export class SqlLexer {
  readonly #handler: TokenHandler
  readonly #reading: Reading
  #state: State = 'normal'
  #offset = 0
  #name = ''
  #exactName = true
  #commentDepth = 0
  #kind: LiteralKind = 'plain'
  /** The literal just before, as long as another one may continue it, and whether a line ended since. */
  #continues: LiteralKind | null = null
  #lineEnded = false
  #tag = ''
  #tagMatched = 0
  #previousHigh = false
  #secondByte = false
  /** True once the bytes could mean something else under another reading. */
  ambiguous = false

  constructor(handler: TokenHandler, reading: Reading) {
    this.#handler = handler
    this.#reading = reading
  }

  push(bytes: Buffer): void {
    for (let index = 0; index < bytes.length; index++) {
      if (this.#state === 'string' && !this.#secondByte) {
        const next = this.#skipContent(bytes, index)
        this.#offset += next - index
        index = next
        if (index === bytes.length) break
      }
      this.#step(this.#fold(bytes[index]!))
      this.#offset++
    }
  }

  /** Long literals are what makes statements long: goes to the next byte that could matter, or to the end. */
  #skipContent(bytes: Buffer, from: number): number {
    const { doubleByte } = this.#reading
    let index = from
    for (; index < bytes.length; index++) {
      const byte = bytes[index]!
      if (byte === QUOTE || byte === BACKSLASH) break
      if (!doubleByte || byte <= 0x80) continue
      const second = bytes[index + 1]
      if (second === undefined) break
      if (second >= 0x30) index++
    }
    if (index > from) this.#previousHigh = bytes[index - 1]! >= 0x80
    return index
  }

  /** The end of the text also ends what was open. */
  finish(): void {
    switch (this.#state) {
      case 'word':
      case 'unicodePrefix':
        this.#handler.word(this.#name)
        break
      case 'dollarTag':
        if (this.#name !== '') this.#handler.word(this.#name)
        break
      case 'string':
      case 'stringEscape':
      case 'dollarBody':
        this.#handler.literalEnd(this.#offset, 0)
        break
      case 'stringQuote':
        this.#handler.literalEnd(this.#offset, 1)
        break
      case 'identifier':
      case 'identifierQuote':
        this.#handler.quoted(this.#name, this.#exactName)
        break
      default:
        break
    }
    this.#state = 'normal'
  }

  /** Makes the second byte of a double-byte character look like what it is, and notices where that could matter. */
  #fold(byte: number): number {
    if (this.#secondByte) {
      this.#secondByte = false
      if (byte >= 0x30) return 0x80
    }
    if (this.#previousHigh && byte >= 0x30 && byte < 0x80 && !isNamePart(byte)) this.ambiguous = true
    this.#previousHigh = byte >= 0x80
    this.#secondByte = this.#reading.doubleByte && byte > 0x80
    return byte
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'normal':
        return this.#normal(byte)
      case 'word':
        return this.#word(byte)
      case 'unicodePrefix':
        return this.#unicodePrefix(byte)
      case 'dash':
        if (byte === DASH) this.#state = 'lineComment'
        else this.#reconsider(DASH, byte)
        return
      case 'slash':
        if (byte === STAR) {
          this.#commentDepth = 1
          this.#continues = null
          this.#state = 'blockComment'
        } else this.#reconsider(SLASH, byte)
        return
      case 'lineComment':
        if (byte !== NEWLINE && byte !== CARRIAGE_RETURN) return
        this.#lineEnded = true
        this.#state = 'normal'
        return
      case 'blockComment':
        if (byte === STAR) this.#state = 'blockCommentStar'
        else if (byte === SLASH) this.#state = 'blockCommentSlash'
        return
      case 'blockCommentStar':
        if (byte === SLASH) {
          this.#commentDepth--
          this.#state = this.#commentDepth === 0 ? 'normal' : 'blockComment'
        } else if (byte !== STAR) this.#state = 'blockComment'
        return
      case 'blockCommentSlash':
        if (byte === STAR) this.#commentDepth++
        if (byte !== SLASH) this.#state = 'blockComment'
        return
      case 'string':
        return this.#string(byte)
      case 'stringEscape':
        this.#state = 'string'
        return
      case 'stringQuote':
        if (byte === QUOTE) {
          this.#state = 'string'
          return
        }
        this.#handler.literalEnd(this.#offset, 1)
        this.#continues = this.#kind
        this.#lineEnded = false
        this.#state = 'normal'
        return this.#normal(byte)
      case 'identifier':
        if (byte === DOUBLE_QUOTE) this.#state = 'identifierQuote'
        else this.#appendName(byte)
        return
      case 'identifierQuote':
        if (byte === DOUBLE_QUOTE) {
          this.#appendName(byte)
          this.#state = 'identifier'
          return
        }
        this.#handler.quoted(this.#name, this.#exactName)
        this.#state = 'normal'
        return this.#normal(byte)
      case 'dollarTag':
        return this.#dollarTag(byte)
      case 'dollarBody':
        return this.#dollarBody(byte)
    }
  }

  #normal(byte: number): void {
    if (isSpace(byte)) {
      if (byte === NEWLINE || byte === CARRIAGE_RETURN) this.#lineEnded = true
      return
    }
    if (byte === QUOTE) {
      // 'a' newline 'b' is one literal, and its parts are read alike.
      this.#startString(this.#lineEnded ? (this.#continues ?? 'plain') : 'plain')
      return
    }
    if (byte === DASH) {
      this.#state = 'dash'
      return
    }
    this.#continues = null
    if (isNameStart(byte)) {
      this.#name = ''
      this.#appendLower(byte)
      this.#state = 'word'
    } else if (byte === DOUBLE_QUOTE) this.#startIdentifier(true)
    else if (byte === SLASH) this.#state = 'slash'
    else if (byte === DOLLAR) {
      this.#name = ''
      this.#tag = ''
      this.#state = 'dollarTag'
    } else this.#handler.symbol(byte)
  }

  /** What looked like the beginning of a comment was a symbol. */
  #reconsider(symbol: number, byte: number): void {
    this.#continues = null
    this.#handler.symbol(symbol)
    this.#state = 'normal'
    this.#normal(byte)
  }

  #word(byte: number): void {
    if (isNamePart(byte) || byte === DOLLAR) {
      this.#appendLower(byte)
      return
    }
    if (byte === QUOTE && Object.hasOwn(kindOfPrefix, this.#name)) {
      this.#startString(kindOfPrefix[this.#name]!)
      return
    }
    if (byte === AMPERSAND && this.#name === 'u') {
      this.#state = 'unicodePrefix'
      return
    }
    this.#handler.word(this.#name)
    this.#state = 'normal'
    this.#normal(byte)
  }

  #unicodePrefix(byte: number): void {
    if (byte === QUOTE) this.#startString('raw')
    else if (byte === DOUBLE_QUOTE) this.#startIdentifier(false)
    else {
      this.#handler.word('u')
      this.#reconsider(AMPERSAND, byte)
    }
  }

  #startString(kind: LiteralKind): void {
    this.#kind = kind
    this.#handler.literalStart(this.#offset)
    this.#state = 'string'
  }

  #string(byte: number): void {
    if (byte === QUOTE) this.#state = 'stringQuote'
    else if (byte === BACKSLASH) {
      if (this.#kind === 'plain') this.ambiguous = true
      if (this.#kind === 'escape' || (this.#kind === 'plain' && this.#reading.backslashEscapes)) this.#state = 'stringEscape'
    }
  }

  #startIdentifier(exact: boolean): void {
    this.#name = ''
    this.#exactName = exact
    this.#state = 'identifier'
  }

  /** "$tag$": the tag is a name without a dollar, or nothing. */
  #dollarTag(byte: number): void {
    if (byte === DOLLAR) {
      this.#tag = `$${this.#tag}$`
      this.#tagMatched = 0
      this.#handler.literalStart(this.#offset + 1 - this.#tag.length)
      this.#state = 'dollarBody'
    } else if (this.#tag === '' ? isNameStart(byte) : isNamePart(byte)) {
      this.#tag += String.fromCharCode(byte)
      this.#appendLower(byte)
    } else {
      this.#handler.symbol(DOLLAR)
      this.#state = this.#name === '' ? 'normal' : 'word'
      this.#step(byte)
    }
  }

  /** Only the ends of a tag are dollars, so that a mismatch can start over at no other place than a dollar. */
  #dollarBody(byte: number): void {
    if (byte === this.#tag.charCodeAt(this.#tagMatched)) this.#tagMatched++
    else this.#tagMatched = byte === DOLLAR ? 1 : 0
    if (this.#tagMatched < this.#tag.length) return
    this.#handler.literalEnd(this.#offset + 1, this.#tag.length)
    this.#state = 'normal'
  }

  #appendName(byte: number): void {
    if (this.#name.length < LONGEST_NAME) this.#name += String.fromCharCode(byte)
  }

  #appendLower(byte: number): void {
    this.#appendName(byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)
  }
}
