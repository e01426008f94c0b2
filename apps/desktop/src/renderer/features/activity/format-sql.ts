/**
 * Lays out a statement for reading: each clause on its line, subqueries indented. It changes nothing but the space between
 * parts; what is quoted or commented stays as it was sent. Pure.
 */
import { sqlTokens, type Token } from './sql-tokens.ts'

/** Begin a line of their own in a query. */
const CLAUSES = new Set([
  ...['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'WINDOW', 'RETURNING', 'VALUES', 'SET'],
  ...['UNION', 'INTERSECT', 'EXCEPT', 'JOIN', 'INNER', 'CROSS', 'NATURAL'],
])
/** Begin a line only before a join: they are names of functions, too. */
const SIDES = new Set(['LEFT', 'RIGHT', 'FULL'])
const JOIN_WORDS = new Set(['LEFT', 'RIGHT', 'FULL', 'INNER', 'CROSS', 'NATURAL', 'OUTER'])
/** Words after which a clause goes on. */
const NOT_AFTER: Readonly<Record<string, ReadonlySet<string>>> = {
  JOIN: JOIN_WORDS,
  FROM: new Set(['DELETE', 'DISTINCT']),
  SET: new Set(['ON']),
}
const QUERIES = new Set(['SELECT', 'WITH', 'VALUES', 'INSERT', 'UPDATE', 'DELETE'])
const INDENT = '  '
/** Longer ones are shown as they were sent: nobody reads them laid out. */
const MOST = 20_000

interface Level {
  /** Parentheses of a function or a list stay on their line. */
  readonly isQuery: boolean
  between: boolean
}

export const formatSql = (statement: string): string => {
  if (statement.length > MOST) return statement
  const tokens = sqlTokens(statement.trim())
  const levels: Level[] = [{ isQuery: true, between: false }]
  let out = ''
  let previous = ''
  const indentOf = (deeper: number): string => INDENT.repeat(levels.filter(({ isQuery }) => isQuery).length - 1 + deeper)
  const line = (deeper = 0): void => {
    if (out !== '') out = `${out.trimEnd()}\n${indentOf(deeper)}`
  }
  for (const [at, token] of tokens.entries()) {
    const level = levels.at(-1) ?? { isQuery: true, between: false }
    const word = token.kind === 'word' ? token.text.toUpperCase() : ''
    if (token.kind === 'space') {
      if (!/\s$/.test(out)) out += ' '
      continue
    }
    if (token.text === '(') levels.push({ isQuery: QUERIES.has(nextWord(tokens, at)), between: false })
    if (token.text === ')' && levels.length > 1) {
      const closed = levels.pop()
      if (closed?.isQuery) line()
    }
    if (level.isQuery && begins(word, previous, nextWord(tokens, at))) line()
    else if (level.isQuery && (word === 'AND' || word === 'OR')) {
      if (word === 'AND' && level.between) level.between = false
      else line(1)
    }
    if (word === 'BETWEEN') level.between = true
    out += token.text
    if (token.text === '(' && levels.at(-1)?.isQuery) line()
    if (word !== '') previous = word
    else if (token.kind === 'sign') previous = token.text
  }
  return out.trimEnd()
}

const begins = (word: string, previous: string, next: string): boolean => {
  if (SIDES.has(word)) return next === 'JOIN' || next === 'OUTER'
  return CLAUSES.has(word) && NOT_AFTER[word]?.has(previous) !== true && previous !== '.'
}

/** The next part that is neither space nor comment, in capitals. */
const nextWord = (tokens: readonly Token[], at: number): string => {
  for (let next = at + 1; next < tokens.length; next++) {
    const token = tokens[next]
    if (token && token.kind !== 'space' && token.kind !== 'comment') return token.text.toUpperCase()
  }
  return ''
}
