/**
 * What is typed above the list: words that must occur, and typed filters: `tag:eu`, `kind:postgresql`, `on`, `off`, `failed`.
 * Pure.
 */
import type { LocalCredential } from '../../../shared/local-api.ts'
import { isOn } from './state.ts'

type Test = (credential: LocalCredential, haystack: string) => boolean

const STATES: Readonly<Record<string, Test>> = {
  on: isOn,
  off: (credential) => !isOn(credential),
  failed: ({ lastError, listener }) => lastError !== null || listener.state === 'port-taken',
}

const testOf = (word: string): Test => {
  const [, kind, value = ''] = /^(tag|kind):(.*)$/.exec(word) ?? []
  if (kind === 'tag') return ({ granted }) => granted.resource.tags.some((tag) => tag.startsWith(value))
  if (kind === 'kind') return ({ granted }) => granted.resource.protocol.startsWith(value)
  const state = STATES[word]
  // "on" and "off" are also parts of names: a name that has the word fits, too.
  if (state) return (credential, haystack) => state(credential, haystack) || wordsOf(haystack).has(word)
  return (_, haystack) => haystack.includes(word)
}

const wordsOf = (haystack: string): ReadonlySet<string> => new Set(haystack.split(/[^\p{L}\p{N}]+/u))

/** Lower-case text that words are looked for in; computed once per credential. */
const haystacks = new WeakMap<LocalCredential, string>()
const haystackOf = (credential: LocalCredential): string => {
  const known = haystacks.get(credential)
  if (known !== undefined) return known
  const { name, resource } = credential.granted
  const made = `${name} ${resource.name} ${resource.tags.join(' ')} ${credential.port} ${resource.description}`.toLowerCase()
  haystacks.set(credential, made)
  return made
}

export const filtered = (credentials: readonly LocalCredential[], typed: string): readonly LocalCredential[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return credentials
  const tests = words.map(testOf)
  return credentials.filter((credential) => {
    const haystack = haystackOf(credential)
    return tests.every((test) => test(credential, haystack))
  })
}
