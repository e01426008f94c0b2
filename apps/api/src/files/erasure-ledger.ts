/**
 * The erasure ledger: a file outside of the database that names everybody who was erased, by id, one JSON line each. A database
 * that is restored from a backup of before has these people again; at the next start the ledger erases them once more. So it must
 * not be part of what is restored.
 */
import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'

const line = z.strictObject({ organization: uuid, person: uuid, at: timestamp })
export type LedgerLine = z.infer<typeof line>

/** Bytes; a line is far shorter. */
const MAX_LINE = 1024

export interface ErasureLedger {
  /** On disk when it resolves. */
  add(entry: LedgerLine): Promise<void>
  /** From the oldest on. `onDamaged` is told the numbers of lines that are none: a crash tore them before anybody was told. */
  read(onDamaged: (line: number) => void): AsyncGenerator<LedgerLine>
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

async function* readLines(path: string, onDamaged: (line: number) => void): AsyncGenerator<LedgerLine> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  if (handle === null) return
  await handle.close()
  const input = createReadStream(path, { encoding: 'utf8' })
  let number = 0
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      number += 1
      if (text === '') continue
      const parsed = line.safeParse(text.length > MAX_LINE ? null : jsonOf(text))
      if (parsed.success) yield parsed.data
      else onDamaged(number)
    }
  } finally {
    input.destroy()
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const erasureLedger = (path: string): ErasureLedger => ({
  async add(entry) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'a', 0o600)
    try {
      // The first line feed ends what a crash may have torn.
      await file.appendFile(`\n${JSON.stringify(line.parse(entry))}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  read: (onDamaged) => readLines(path, onDamaged),
})
