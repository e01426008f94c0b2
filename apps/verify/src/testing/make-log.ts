/** A small log with its key, and exports of it. */
import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  encodeEntryBundle,
  exportEntryLine,
  exportHeadLine,
  exportTileLine,
  formatNoteKey,
  leafHash,
  noteKey,
  rawPublicKey,
  rootOfLeaves,
  signCheckpoint,
  TILE_WIDTH,
  tilePath,
  TileWriter,
  tileWidth,
} from '@sallyport/audit-log'
import { canonicalJson, type CanonicalValue } from '@sallyport/protocol'

export interface TestLog {
  readonly organization: string
  readonly vkey: string
  readonly entries: Uint8Array[]
  note(size?: number, entries?: readonly Uint8Array[]): Promise<string>
}

export const makeLog = (count: number, change: (index: number) => Record<string, CanonicalValue> = () => ({})): TestLog => {
  const organization = randomUUID()
  const pair = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const privateKey = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' })
  const key = noteKey(`log.sallyport.internal/${organization}`, 'ed25519', rawPublicKey(pair.publicKey))
  const actor = { kind: 'job', id: null, device: null, session: null, address: null }
  const entries = Array.from({ length: count }, (_, index) =>
    Buffer.from(
      canonicalJson({
        version: 1,
        id: randomUUID(),
        organization,
        type: 'site.created',
        at: 1_790_000_000_000 + index,
        actor,
        subject: null,
        details: { index },
        ...change(index),
      }),
    ),
  )
  return {
    organization,
    vkey: formatNoteKey(key),
    entries,
    note: (size = entries.length, of = entries) => {
      const head = { origin: key.name, size, root: rootOfLeaves(of.slice(0, size).map(leafHash)), extensions: [] }
      return signCheckpoint(head, key, (message) => sign(null, message, privateKey))
    },
  }
}

/** What an export is made of: the tiles of what was signed, the entries as they lie there now. */
export interface Contents {
  readonly checkpoint: string
  readonly signed: readonly Uint8Array[]
  readonly entries: readonly Uint8Array[]
}

const tilesOf = (entries: readonly Uint8Array[]) => {
  const writer = new TileWriter()
  return [...entries.flatMap((entry) => writer.append(leafHash(entry))), ...writer.finish()]
}

export const writeFolder = async (folder: string, { checkpoint, signed, entries }: Contents): Promise<void> => {
  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  await put('checkpoint', Buffer.from(checkpoint))
  for (const tile of tilesOf(signed)) await put(tilePath(tile), tile.hashes)
  for (let start = 0; start < entries.length; start += TILE_WIDTH) {
    const [bundle, index] = [entries.slice(start, start + TILE_WIDTH), start / TILE_WIDTH]
    await put(
      tilePath({ level: 'entries', index, width: tileWidth({ level: 0, index }, signed.length) }),
      encodeEntryBundle(bundle),
    )
  }
}

/** `numbers`: of the entries; theirs in order if absent. */
export const writeExport = async (
  path: string,
  { checkpoint, signed, entries }: Contents,
  numbers?: readonly number[],
): Promise<void> => {
  const lines = [
    exportHeadLine({ checkpoint, keys: [], complete: true }),
    ...tilesOf(signed).map(exportTileLine),
    ...entries.map((entry, place) => exportEntryLine(numbers?.[place] ?? place, Buffer.from(entry).toString('utf8'))),
  ]
  await writeFile(path, lines.join(''))
}
