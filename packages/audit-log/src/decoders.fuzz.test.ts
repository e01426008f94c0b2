/** Whatever comes in: it is refused with `malformed`, or read and written again as it was. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from './base64.ts'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { decodeEntryBundle, encodeEntryBundle } from './entry-bundle.ts'
import { formatEntryProof, parseEntryProof } from './entry-proof.ts'
import { AuditLogError } from './errors.ts'
import { formatNoteKey, parseNoteKey } from './note-key.ts'
import { parsePolicy } from './policy.ts'
import { formatNote, parseNote } from './signed-note.ts'
import { parseTilePath, tilePath } from './tile.ts'
import { formatWitnessRequest, parseWitnessRequest } from './witness-request.ts'

const readsOrRefuses = (write: (input: string) => string | null) => (input: string) => {
  let again: string | null
  try {
    again = write(input)
  } catch (error) {
    if (error instanceof AuditLogError && error.code === 'malformed') return true
    throw error
  }
  return again === null || again === input
}

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64)
const line = fc.oneof(
  fc.constantFrom('', 'old 3', 'index 7', 'c2sp.org/tlog-proof@v1', '— log AAAAAAAA', 'quorum none', 'log x'),
  hash,
  fc.nat().map(String),
  fc.string({ unit: 'binary' }),
)
const lines = fc.array(line, { maxLength: 12 }).map((all) => `${all.join('\n')}\n`)

const decoders: Readonly<Record<string, (input: string) => string | null>> = {
  'base64': (input) => toBase64(fromBase64(input)),
  'a checkpoint': (input) => formatCheckpoint(parseCheckpoint(input)),
  'a note': (input) => formatNote(parseNote(input)),
  'a key': (input) => formatNoteKey(parseNoteKey(input)),
  'a tile’s name': (input) => tilePath(parseTilePath(input)),
  'a witness request': (input) => formatWitnessRequest(parseWitnessRequest(input)),
  'the proof of an entry': (input) => formatEntryProof(parseEntryProof(input)),
  'a policy': (input) => {
    parsePolicy(input)
    return null
  },
}

describe.each(Object.entries(decoders))('%s', (_name, write) => {
  it('has one form', () => {
    const property = fc.property(fc.oneof(lines, fc.string({ unit: 'binary' }), hash), readsOrRefuses(write))
    expect(fc.check(property, { numRuns: 2000 }).counterexample).toBeNull()
  })
})

describe('a bundle', () => {
  it('has one form', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) =>
      readsOrRefuses((input) =>
        Buffer.from(encodeEntryBundle(decodeEntryBundle(Buffer.from(input, 'latin1')))).toString('latin1'),
      )(Buffer.from(bytes).toString('latin1')),
    )
    expect(fc.check(property, { numRuns: 2000 }).counterexample).toBeNull()
  })
})
