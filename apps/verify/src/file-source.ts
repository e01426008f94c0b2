/**
 * An export in one file of JSON lines: a head, tiles of hashes, entries. The form is described in `spec/export.md` of the
 * audit-log package.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { EXPORT_FORMAT, fromBase64, hashFromBase64, MAX_PROOF, parseTilePath, tilePath } from '@sallyport/audit-log'
import { type LogSource, type SourceEntry, Unreadable } from './source.ts'

interface Line {
  readonly format?: unknown
  readonly checkpoint?: unknown
  readonly keys?: unknown
  readonly complete?: unknown
  readonly tile?: unknown
  readonly hashes?: unknown
  readonly index?: unknown
  readonly entry?: unknown
  readonly proof?: unknown
}

async function* linesOf(path: string): AsyncGenerator<{ readonly number: number; readonly line: Line }> {
  let number = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1
    if (text === '') continue
    let line: unknown
    try {
      line = JSON.parse(text)
    } catch {
      throw new Unreadable(`Line ${number} of ${path} is not JSON.`)
    }
    if (typeof line !== 'object' || line === null) throw new Unreadable(`Line ${number} of ${path} is not an object.`)
    yield { number, line }
  }
}

const proofOf = (proof: unknown): Uint8Array[] | null =>
  Array.isArray(proof) && proof.length <= MAX_PROOF ? proof.map((hash) => hashFromBase64(String(hash))) : null

async function* entriesOf(path: string): AsyncGenerator<SourceEntry> {
  for await (const { number, line } of linesOf(path)) {
    const { index, entry, proof } = line
    if (index === undefined) continue
    if (typeof entry !== 'string' || typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) {
      throw new Unreadable(`Line ${number} of ${path} is not an entry.`)
    }
    yield { index, bytes: Buffer.from(entry), proof: proofOf(proof) }
  }
}

/** Everything up to the first entry is kept in memory: 32 bytes for each entry of the log. */
const readHeader = async (path: string) => {
  let head: Line | null = null
  const tiles = new Map<string, Uint8Array>()
  for await (const { number, line } of linesOf(path)) {
    if (head === null) {
      if (line.format !== EXPORT_FORMAT || typeof line.checkpoint !== 'string')
        throw new Unreadable(`${path} is not an export of a log.`)
      head = line
    } else if (typeof line.tile === 'string' && typeof line.hashes === 'string') {
      tiles.set(tilePath(parseTilePath(line.tile)), fromBase64(line.hashes))
    } else if (line.index !== undefined) {
      break
    } else {
      throw new Unreadable(`Line ${number} of ${path} is neither a tile nor an entry.`)
    }
  }
  if (head === null) throw new Unreadable(`${path} is empty.`)
  return { head, tiles }
}

/** Throws {@link Unreadable}. */
export const fileSource = async (path: string): Promise<LogSource> => {
  const { head, tiles } = await readHeader(path)
  return {
    checkpoint: String(head.checkpoint),
    keys: Array.isArray(head.keys) ? head.keys.filter((key) => typeof key === 'string') : [],
    complete: head.complete === true,
    readTile: (name) => Promise.resolve(tiles.get(tilePath(name)) ?? null),
    entries: () => entriesOf(path),
  }
}
