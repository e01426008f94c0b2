import { randomUUID } from 'node:crypto'
import { appendFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { withTemporaryDirectory } from '@sallyport/testkit'
import { expect, it } from 'vitest'
import { type ErasureLedger, erasureLedger, type LedgerLine } from './erasure-ledger.ts'

const line = (): LedgerLine => ({ organization: randomUUID(), person: randomUUID(), at: '2026-11-22T08:00:00.000Z' })

const readAll = async (ledger: ErasureLedger) => {
  const [lines, damaged]: [LedgerLine[], number[]] = [[], []]
  for await (const read of ledger.read((number) => damaged.push(number))) lines.push(read)
  return { lines, damaged }
}

it('is empty before anybody was erased, private, and in the order of what was added', () =>
  withTemporaryDirectory(async (directory) => {
    const path = join(directory, 'apart', 'erasures.jsonl')
    const ledger = erasureLedger(path)
    expect(await readAll(ledger)).toEqual({ lines: [], damaged: [] })
    const [first, second] = [line(), line()]
    await ledger.add(first)
    await ledger.add(second)
    expect(await readAll(ledger)).toEqual({ lines: [first, second], damaged: [] })
    expect((await stat(path)).mode & 0o077).toBe(0)
  }))

it('goes on behind a line that a crash tore, and says which it was', () =>
  withTemporaryDirectory(async (directory) => {
    const path = join(directory, 'erasures.jsonl')
    const ledger = erasureLedger(path)
    const [first, second] = [line(), line()]
    await ledger.add(first)
    await appendFile(path, '\n{"organization":"torn')
    await ledger.add(second)
    const { lines, damaged } = await readAll(ledger)
    expect(lines).toEqual([first, second])
    expect(damaged).toHaveLength(1)
  }))
