import { createHash, randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseNoteKey } from '@sallyport/audit-log'
import { bundledProgram, makeTemporaryDirectory, runProgram, type TemporaryDirectory } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Findings } from './findings.ts'
import { openSource } from './open-source.ts'
import { makeLog, writeExport } from './testing/make-log.ts'
import { verifyLog } from './verify.ts'

const program = await bundledProgram('apps/verify/src/main.ts')
const isUnlock = (index: number): boolean => index % 3 === 0
const log = makeLog(12, (index) => (isUnlock(index) ? { type: 'unlock.granted' } : {}))
const unlocks: Buffer[] = log.entries.filter((_, index) => isUnlock(index)).map((entry) => Buffer.from(entry))
const other = makeLog(1, () => ({ type: 'unlock.granted' }))

let folder: TemporaryDirectory
let exported: string
beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  exported = join(folder.path, 'log.jsonl')
  await writeExport(exported, { checkpoint: await log.note(), signed: log.entries, entries: log.entries })
})
afterAll(() => folder.remove())

/** As the owner of a database hands it over. */
const asFile = async (entries: readonly Buffer[]): Promise<string> => {
  const path = join(folder.path, randomUUID())
  await writeFile(path, entries.map((entry) => `${entry.toString('utf8')}\n`).join(''))
  return path
}
/** As objects are copied out of a store. */
const asFolder = async (entries: readonly Buffer[]): Promise<string> => {
  const path = join(folder.path, randomUUID())
  for (const entry of entries) {
    const { id, organization } = JSON.parse(entry.toString('utf8')) as { id: string; organization: string }
    const day = join(path, organization, '2026-11-22')
    await mkdir(day, { recursive: true })
    await writeFile(join(day, `${id}-${createHash('sha256').update(entry).digest('hex')}.json`), entry)
  }
  return path
}

const compare = async (path: string, since = -Infinity, until = Infinity) => {
  const findings = new Findings()
  const verified = await verifyLog({
    source: await openSource(exported),
    trust: { logKeys: [parseNoteKey(log.vkey)], policy: null },
    seen: [],
    earlier: null,
    recordings: null,
    unlocks: { path, since, until },
    countClear: false,
    findings,
    progress: () => undefined,
  })
  return { counts: verified?.unlocks, findings: findings.kept }
}
const changed = (entry: Buffer): Buffer => Buffer.from(entry.toString('utf8').replace('"details":{', '"details":{"more":1,'))

describe('an unlock log', () => {
  it('with the same unlocks agrees with the log, as a file and as objects, beside those of other organizations', async () => {
    const all = [...unlocks.toReversed(), Buffer.from(other.entries[0]!)]
    const expected = { counts: { matching: 4, elsewhere: 1 }, findings: [] }
    expect(await compare(await asFile(all))).toEqual(expected)
    expect(await compare(await asFolder(all))).toEqual(expected)
  })

  it('that lacks an unlock names its entry', async () => {
    const { findings } = await compare(await asFile(unlocks.toSpliced(1, 1)))
    expect(findings).toEqual([{ code: 'unlock-missing', entry: 3, message: expect.stringContaining('is not in the unlock log') }])
  })

  it('that has an unlock which the log has not says where it is', async () => {
    const extra = Buffer.from(unlocks[0]!.toString('utf8').replace(/"id":"[^"]+"/, `"id":"${randomUUID()}"`))
    const path = await asFile([...unlocks, extra])
    const { findings } = await compare(path)
    expect(findings).toEqual([
      { code: 'unlock-missing', entry: null, message: expect.stringContaining(`(line 5 of ${path}) and not in the log`) },
    ])
  })

  it('that has another unlock under the same id names the entry, and the other one', async () => {
    const { findings } = await compare(await asFolder(unlocks.with(2, changed(unlocks[2]!))))
    expect(findings.map((finding) => [finding.code, finding.entry])).toEqual([
      ['unlock-changed', 6],
      ['unlock-missing', null],
    ])
  })

  it('is compared within a time only, where one is named', async () => {
    const time = (index: number): number => 1_790_000_000_000 + index
    expect(await compare(await asFile(unlocks.slice(1, 3)), time(3), time(9))).toMatchObject({
      counts: { matching: 2 },
      findings: [],
    })
    expect((await compare(await asFile(unlocks.slice(1, 2)), time(3), time(9))).findings).toHaveLength(1)
  })

  it('that is none, or whose objects are not what they are named by, cannot be read', async () => {
    await expect(compare(await asFile([Buffer.from('{"type":"site.created"}')]))).rejects.toThrow('is not an unlock')
    const objects = await asFolder(unlocks)
    await writeFile(join(objects, `${randomUUID()}-${'0'.repeat(64)}.json`), unlocks[0]!)
    await expect(compare(objects)).rejects.toThrow('is not what its name says')
  })

  it('is compared by the program, whose exit code says that something is missing', async () => {
    const args = [program, exported, '--key', log.vkey, '--unlocks', await asFile(unlocks.slice(1))]
    const { code, stdout } = await runProgram({ command: process.execPath, args, timeoutMs: 60_000 })
    expect(code, stdout).toBe(1)
    expect(stdout).toContain('3 unlocks are in the unlock log as well')
    expect(stdout).toMatch(/WRONG {2}Entry 0, the unlock .* is not in the unlock log/)
  })
})
