/**
 * A separate unlock log, as its owner hands it over: a file with an audit entry on each line, or a folder with one in each file
 * `<id>-<SHA-256 of the file, hex>.json`, at any depth.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { opendir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Unreadable } from './source.ts'

export interface StoredUnlock {
  /** Names the record to people. */
  readonly where: string
  readonly bytes: Uint8Array
}

/** As long as an entry can be, in bytes. */
const MAX_ENTRY = 64 * 1024

const namePattern = /^[0-9a-f-]{36}-([0-9a-f]{64})\.json$/

async function* linesOf(path: string): AsyncGenerator<StoredUnlock> {
  let number = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1
    const bytes = Buffer.from(text)
    if (bytes.length > MAX_ENTRY) throw new Unreadable(`Line ${number} of ${path} is longer than an entry.`)
    if (text !== '') yield { where: `line ${number} of ${path}`, bytes }
  }
}

async function* filesOf(folder: string): AsyncGenerator<StoredUnlock> {
  for await (const file of await opendir(folder, { recursive: true })) {
    if (!file.isFile() || !file.name.endsWith('.json')) continue
    const path = join(file.parentPath, file.name)
    if ((await stat(path)).size > MAX_ENTRY) throw new Unreadable(`${path} is longer than an entry.`)
    const bytes = await readFile(path)
    const named = namePattern.exec(basename(path))?.[1]
    if (named !== createHash('sha256').update(bytes).digest('hex')) throw new Unreadable(`${path} is not what its name says.`)
    yield { where: path, bytes }
  }
}

/** Throws {@link Unreadable} for what is not in its form. */
export async function* readUnlocks(path: string): AsyncGenerator<StoredUnlock> {
  yield* (await stat(path)).isDirectory() ? filesOf(path) : linesOf(path)
}
