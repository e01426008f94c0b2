/** Trust policies: C2SP tlog-policy. Which logs and witnesses are known, and which witnesses together are enough. */
import { malformed } from './errors.ts'
import { type NoteKey, parseNoteKey } from './note-key.ts'

export const MAX_POLICY = 64 * 1024
const MAX_LINES = 1024

/** Who must have cosigned: one witness, or so many of these. */
type Quorum =
  | { readonly kind: 'witness'; readonly key: NoteKey }
  | { readonly kind: 'group'; readonly least: number; readonly members: readonly Quorum[] }

export interface Policy {
  readonly logs: readonly NoteKey[]
  readonly witnesses: readonly NoteKey[]
  /** Whether these witnesses together are enough. */
  readonly isMetBy: (cosigners: readonly NoteKey[]) => boolean
}

const sameKey = (left: NoteKey, right: NoteKey): boolean => Buffer.compare(left.publicKey, right.publicKey) === 0

const holds = (quorum: Quorum, cosigners: readonly NoteKey[]): boolean =>
  quorum.kind === 'witness'
    ? cosigners.some((cosigner) => cosigner.id === quorum.key.id && sameKey(cosigner, quorum.key))
    : quorum.members.filter((member) => holds(member, cosigners)).length >= quorum.least

class Reader {
  readonly logs: NoteKey[] = []
  readonly witnesses: NoteKey[] = []
  readonly #names = new Map<string, Quorum>()
  #quorum: Quorum | null = null

  line(words: readonly string[]): void {
    const [kind, ...rest] = words
    switch (kind) {
      case 'log':
        return this.#log(rest)
      case 'witness':
        return this.#witness(rest)
      case 'group':
        return this.#group(rest)
      case 'quorum':
        return this.#setQuorum(rest)
      default:
        throw malformed(`"${kind}" means nothing in a policy.`)
    }
  }

  result(): Policy {
    const quorum = this.#quorum
    if (quorum === null) throw malformed('A policy has a quorum.')
    return { logs: this.logs, witnesses: this.witnesses, isMetBy: (cosigners) => holds(quorum, cosigners) }
  }

  #log([vkey, _url, ...more]: readonly string[]): void {
    if (vkey === undefined || more.length > 0) throw malformed('log <vkey> [<url>]')
    const key = parseNoteKey(vkey)
    if (key.kind !== 'ed25519' || this.logs.some((other) => sameKey(other, key)))
      throw malformed('This cannot be the key of a log, or is named twice.')
    this.logs.push(key)
  }

  #witness([name, vkey, _url, ...more]: readonly string[]): void {
    if (name === undefined || vkey === undefined || more.length > 0) throw malformed('witness <name> <vkey> [<url>]')
    const key = parseNoteKey(vkey)
    if (key.kind !== 'cosignature' || this.witnesses.some((other) => sameKey(other, key))) {
      throw malformed('This cannot be the key of a witness, or is named twice.')
    }
    this.witnesses.push(key)
    this.#name(name, { kind: 'witness', key })
  }

  #group([name, least, ...names]: readonly string[]): void {
    const members = names.map((member) => this.#find(member))
    const number = least === 'all' ? members.length : least === 'any' ? 1 : /^[1-9]\d{0,3}$/.test(least ?? '') ? Number(least) : 0
    if (name === undefined || number < 1 || number > members.length || new Set(names).size !== names.length) {
      throw malformed('group <name> <number of them, any or all> <name>...')
    }
    this.#name(name, { kind: 'group', least: number, members })
  }

  #setQuorum([name, ...more]: readonly string[]): void {
    if (name === undefined || more.length > 0 || this.#quorum !== null) throw malformed('A policy has one line: quorum <name>')
    this.#quorum = name === 'none' ? { kind: 'group', least: 0, members: [] } : this.#find(name)
  }

  #name(name: string, quorum: Quorum): void {
    if (name === 'none' || this.#names.has(name)) throw malformed(`The name ${name} is taken.`)
    this.#names.set(name, quorum)
  }

  #find(name: string): Quorum {
    const found = this.#names.get(name)
    if (found === undefined) throw malformed(`${name} is named before it is defined.`)
    return found
  }
}

/** Throws `malformed`, with the number of the line. */
export const parsePolicy = (text: string): Policy => {
  if (text.length > MAX_POLICY) throw malformed('The policy is too long.')
  const lines = text.split('\n')
  if (lines.length > MAX_LINES) throw malformed('The policy is too long.')
  const reader = new Reader()
  for (const [index, line] of lines.entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    if (words.length === 0 || words[0]!.startsWith('#')) continue
    try {
      reader.line(words)
    } catch (error) {
      throw malformed(`Line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return reader.result()
}
