/** Parts of a statement of SQL, enough of them to lay it out: what is quoted or commented is one part. Pure. */
export interface Token {
  readonly kind: 'space' | 'word' | 'quoted' | 'comment' | 'sign'
  readonly text: string
}

/** PostgreSQL, "Lexical Structure" (4.1): what is not closed reaches to the end. */
const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /\s+/y],
  ['comment', /--[^\n]*(?:\n|$)/y],
  ['comment', /\/\*[\s\S]*?(?:\*\/|$)/y],
  // Escapes by a backslash only after E.
  ['quoted', /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y],
  ['quoted', /'(?:[^']|'')*(?:'|$)/y],
  ['quoted', /"(?:[^"]|"")*(?:"|$)/y],
  ['quoted', /\$([A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$[\s\S]*?(?:\$\1\$|$)/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
]

export const sqlTokens = (statement: string): Token[] => {
  const tokens: Token[] = []
  let at = 0
  while (at < statement.length) {
    const token = tokenAt(statement, at)
    tokens.push(token)
    at += token.text.length
  }
  return tokens
}

const tokenAt = (statement: string, at: number): Token => {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const text = pattern.exec(statement)?.[0]
    if (text) return { kind, text }
  }
  return { kind: 'sign', text: String.fromCodePoint(statement.codePointAt(at) ?? 0) }
}
