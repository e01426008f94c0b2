/**
 * Searching bodies that are encrypted: each word of a record is kept as a number that only the activity key of its month makes, and
 * that says nothing once the key is destroyed. Whoever reads the tables sees which records of a month share a word, not the word.
 *
 *     index key = HKDF-SHA-256(activity key, info "sallyport activity words v1")
 *     number    = first 8 bytes of HMAC-SHA-256(index key, word), as a signed integer
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { BindValue, ClippedText, StoredActivity as Activity } from '@sallyport/recording'

/** Words of one record that are kept; a statement with more is found by these. */
const MAX_WORDS = 64
/** Characters of a text that are looked through. */
const MAX_LENGTH = 16 * 1024
/** Shorter and longer words are not kept; they are compared with what was opened. */
const SHORTEST = 2
const LONGEST = 64

/** Nearly every statement has some of these. */
const common = new Set(
  (
    'and as asc begin by case commit count desc else end false from group having in inner insert into is join key left limit ' +
    'like not null offset on or order outer returning right select set table then true union update using values when where with'
  ).split(' '),
)

const wordPattern = /[\p{L}\p{N}_]+/gu

/** Words in lower case; a name with underscores is one word, and each of its parts is. */
export const wordsOf = (text: string): Set<string> => {
  const words = new Set<string>()
  for (const [found] of text.slice(0, MAX_LENGTH).toLowerCase().matchAll(wordPattern)) {
    words.add(found)
    if (found.includes('_')) for (const part of found.split('_')) if (part !== '') words.add(part)
  }
  return words
}

const isKept = (word: string): boolean => word.length >= SHORTEST && word.length <= LONGEST && !common.has(word)

const textOfBind = (bind: BindValue): string => (bind.form === 'text' ? bind.value.text : '')
const textOf = (statement: ClippedText): string => statement.text

/** Everything of a record that people search for. */
export const searchedText = (activity: Activity): string => {
  switch (activity.kind) {
    case 'query': {
      const binds = activity.binds.map(textOfBind)
      return [textOf(activity.statement), ...binds, activity.error?.code, activity.error?.message].join('\n')
    }
    case 'transfer':
      return [textOf(activity.statement), activity.error?.code, activity.error?.message].join('\n')
    case 'connection.opened':
      return [activity.caller?.program, activity.caller?.user, activity.database, activity.application].join('\n')
    case 'connection.closed':
      return activity.reason
    case 'cancel':
    case 'sealed':
      return ''
  }
}

const indexKeys = new WeakMap<KeyObject, KeyObject>()

const indexKeyOf = (key: KeyObject): KeyObject => {
  const known = indexKeys.get(key)
  if (known !== undefined) return known
  const derived = hkdfSync('sha256', key, new Uint8Array(), 'sallyport activity words v1', 32)
  const made = createSecretKey(Buffer.from(derived))
  indexKeys.set(key, made)
  return made
}

/** Of these words, the numbers of those that are kept, as decimal texts. */
export const wordNumbers = (key: KeyObject, words: Iterable<string>): string[] => {
  const indexKey = indexKeyOf(key)
  const kept = [...words].filter(isKept).slice(0, MAX_WORDS)
  return kept.map((word) => createHmac('sha256', indexKey).update(word).digest().readBigInt64BE().toString())
}

/** Whether all of these words are in the record. */
export const hasWords = (activity: Activity, words: ReadonlySet<string>): boolean => {
  const own = wordsOf(searchedText(activity))
  return [...words].every((word) => own.has(word))
}
