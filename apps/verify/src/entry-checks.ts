/** What an entry must say whatever it is about: it belongs to this organization, and no other entry is the same. */
import type { Findings } from './findings.ts'

/** The parts of an entry that are looked at here. */
export interface ReadEntry {
  readonly index: number
  readonly id: string
  readonly organization: string
  readonly type: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly subject: { readonly kind: string; readonly id: string } | null
  readonly details: Readonly<Record<string, unknown>>
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `index`: its number. Null when it is not an entry at all. */
export const readEntry = (index: number, bytes: Uint8Array): ReadEntry | null => {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
  } catch {
    return null
  }
  if (!isRecord(value)) return null
  const { id, organization, type, at, subject, details } = value
  const isText = typeof id === 'string' && typeof organization === 'string' && typeof type === 'string'
  if (!isText || typeof at !== 'number' || !isRecord(details)) return null
  const named = isRecord(subject) ? { kind: String(subject['kind']), id: String(subject['id']) } : null
  return { index, id, organization, type, at, subject: named, details }
}

export class EntryChecks {
  readonly #findings: Findings
  readonly #origin: string
  readonly #ids = new Set<string>()

  constructor(origin: string, findings: Findings) {
    this.#origin = origin
    this.#findings = findings
  }

  /** Null when it is not an entry at all. */
  check(index: number, bytes: Uint8Array): ReadEntry | null {
    const entry = readEntry(index, bytes)
    if (entry === null) {
      this.#findings.add('entry-impossible', `Entry ${index} is not an audit entry.`, index)
      return null
    }
    if (!this.#origin.endsWith(`/${entry.organization}`)) {
      this.#findings.add('entry-impossible', `Entry ${index} belongs to another organization, ${entry.organization}.`, index)
    }
    if (this.#ids.has(entry.id))
      this.#findings.add('entry-impossible', `Entry ${index} repeats an earlier one, ${entry.id}.`, index)
    this.#ids.add(entry.id)
    return entry
  }
}
