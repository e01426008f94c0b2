/** Attacks on exports, by whoever has them in hand: the program itself must say which entry is wrong. */
import { createHash, generateKeyPairSync, randomUUID, sign, webcrypto } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cosign,
  exportEntryLine,
  exportHeadLine,
  formatNote,
  formatNoteKey,
  inclusionRanges,
  leafHash,
  noteKey,
  parseNote,
  parseNoteKey,
  parsePolicy,
  rawPublicKey,
  rootOfLeaves,
  withSignatures,
} from '@sallyport/audit-log'
import { activityBatch, type CanonicalValue, signStatement, toBase64url } from '@sallyport/protocol'
import { bundledProgram, runProgram } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FindingCode, Findings } from './findings.ts'
import { openSource } from './open-source.ts'
import { Unreadable } from './source.ts'
import { type Contents, makeLog, writeExport, writeFolder } from './testing/make-log.ts'
import { verifyLog, type VerifyOptions } from './verify.ts'

interface Result {
  readonly verified: boolean
  readonly cosigned?: readonly string[]
  readonly recordings?: { readonly matching: number; readonly removedByPolicy: number }
  readonly findings: readonly { readonly code: FindingCode; readonly entry: number | null; readonly message: string }[]
}

const program = await bundledProgram('apps/verify/src/main.ts')
const log = makeLog(600)
let folder: string
let contents: Contents

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-verify-'))
  contents = { checkpoint: await log.note(), signed: log.entries, entries: log.entries }
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const path = (): string => join(folder, randomUUID())
type Options = Partial<Pick<VerifyOptions, 'seen' | 'earlier' | 'recordings' | 'unlocks'>> & {
  readonly key?: string
  readonly policy?: string
}
const run = async (target: string, { key, policy, ...options }: Options = {}): Promise<Result> => {
  const source = await openSource(target)
  const findings = new Findings()
  const trusted = policy === undefined ? null : parsePolicy(policy)
  const trust = { policy: trusted, logKeys: [...(trusted?.logs ?? []), ...(key === undefined ? [] : [parseNoteKey(key)])] }
  const nothing = { seen: [], earlier: null, recordings: null, unlocks: null, countClear: false, progress: () => undefined }
  const verified = await verifyLog({ ...nothing, ...options, source, trust, findings })
  return { verified: verified !== null && findings.count === 0, ...verified, findings: findings.kept } as Result
}
const runAsProgram = (target: string, ...options: string[]) =>
  runProgram({ name: 'sallyport-verify', command: process.execPath, args: [program, target, ...options], timeoutMs: 60_000 })
/** Of both forms: they must say the same. */
const verify = async (changes: Partial<Contents>, options: Options = {}) => {
  const [one, many] = [path(), path()]
  await writeExport(one, { ...contents, ...changes })
  await writeFolder(many, { ...contents, ...changes })
  const trusting = options.policy === undefined ? { key: log.vkey, ...options } : options
  const result = await run(one, trusting)
  expect(await run(many, trusting)).toEqual(result)
  return result
}
/** Each says in words which entry it is, or among which. */
const wrong = ({ findings }: Result) =>
  findings.map(({ code, entry, message }) => {
    expect(message, code).toMatch(entry === null ? /\bentries\b|\bhead\b/i : new RegExp(`\\b[Ee]ntr(y|ies) ${entry}\\b`))
    return [code, entry]
  })
const replaced = (index: number): Uint8Array[] =>
  log.entries.with(index, Buffer.from(Buffer.from(log.entries[index]!).toString('utf8').replace('site.created', 'site.deleted')))
const written = async (text: string): Promise<string> => {
  const file = path()
  await writeFile(file, text)
  return file
}

describe('an export', () => {
  it('as it was made holds, in both forms', async () => {
    expect(await verify({})).toMatchObject({ verified: true, size: 600, findings: [] })
  })

  it.each([0, 255, 256, 511, 599])('with one byte of entry %i changed is wrong there', async (index) => {
    expect(wrong(await verify({ entries: replaced(index) }))).toEqual([['entry-changed', index]])
  })

  it('cut short lacks its last entries, each by its number', async () => {
    const result = await verify({ entries: log.entries.slice(0, 597) })
    expect(wrong(result)).toEqual([597, 598, 599].map((index) => ['entry-missing', index]))
  })

  it('without an entry in the middle lacks that one', async () => {
    const file = path()
    const numbers = [...log.entries.keys()].filter((index) => index !== 300)
    await writeExport(file, { ...contents, entries: log.entries.toSpliced(300, 1) }, numbers)
    expect(wrong(await run(file, { key: log.vkey }))).toEqual([['entry-missing', 300]])
  })

  it('with two entries changed about is wrong at both, under their numbers or each other’s', async () => {
    const swapped = log.entries.with(300, log.entries[301]!).with(301, log.entries[300]!)
    expect(wrong(await verify({ entries: swapped }))).toEqual([
      ['entry-changed', 300],
      ['entry-changed', 301],
    ])
    const file = path()
    const numbers = [...log.entries.keys()].with(300, 301).with(301, 300)
    await writeExport(file, { ...contents, entries: swapped }, numbers)
    expect(wrong(await run(file, { key: log.vkey }))).toEqual([
      ['entry-missing', 300],
      ['entry-changed', 300],
    ])
  })

  it('with an entry too many is wrong behind the signed head', async () => {
    const file = path()
    await writeExport(file, { ...contents, entries: [...log.entries, log.entries[0]!] })
    expect(wrong(await run(file, { key: log.vkey }))).toEqual([['entry-changed', 600]])
  })

  it('that was rewritten with all its hashes does not lead to the signed root; an earlier one tells where', async () => {
    const entries = replaced(17)
    expect(wrong(await verify({ entries, signed: entries }))).toEqual([['root-differs', null]])
    const earlier = path()
    await writeFolder(earlier, {
      checkpoint: await log.note(500),
      signed: log.entries.slice(0, 500),
      entries: log.entries.slice(0, 500),
    })
    const result = await verify({ entries, signed: entries }, { earlier: await openSource(earlier) })
    expect(wrong(result)).toEqual([
      ['entry-changed', 17],
      ['fork', null],
    ])
  })

  it('with a tile that was changed names the tile, and not the entries that it is about', async () => {
    const many = path()
    await writeFolder(many, contents)
    const tile = await readFile(join(many, 'tile/0/001'))
    tile[40]! ^= 1
    await writeFile(join(many, 'tile/0/001'), tile)
    const result = await run(many, { key: log.vkey })
    expect(wrong(result)).toEqual([['tile-changed', null]])
    expect(result.findings[0]!.message).toContain('the entries 256 to 511')
  })

  it('is not believed under another key, and without a key says whose word it is', async () => {
    const file = path()
    await writeExport(file, contents)
    expect(wrong(await run(file, { key: makeLog(0).vkey }))).toEqual([['not-signed', null]])
    expect(wrong(await run(file))).toEqual([['not-signed', null]])
  })

  it('with an entry of another organization, or one twice, is signed and yet impossible', async () => {
    const twice = makeLog(3, (index) =>
      index === 2 ? { organization: randomUUID() } : { id: '00000000-0000-4000-8000-000000000000' },
    )
    const file = path()
    await writeExport(file, { checkpoint: await twice.note(), signed: twice.entries, entries: twice.entries })
    expect(wrong(await run(file, { key: twice.vkey }))).toEqual([
      ['entry-impossible', 1],
      ['entry-impossible', 2],
    ])
  })

  it.each(['', '{}\n', 'x', '{"format":"sallyport-log-export/1"}\n'])('that is none cannot be read: %j', async (text) => {
    await expect(run(await written(text))).rejects.toThrow(Unreadable)
  })

  it('is verified by a program that says in words and by its exit code what is wrong', async () => {
    const [good, bad] = [path(), path()]
    await writeExport(good, contents)
    await writeExport(bad, { ...contents, entries: replaced(4) })
    expect(await runAsProgram(good, '--key', log.vkey, '--progress', '--quiet')).toMatchObject({ code: 0, stderr: '' })
    const { code, stdout } = await runAsProgram(bad, '--key', log.vkey)
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Entry 4 is not the one that was signed.') as string,
    })
    expect(await runAsProgram(await written('x'))).toMatchObject({ code: 2 })
    expect(await runAsProgram(good, '--what')).toMatchObject({ code: 2 })
  })

  it('that is large is verified with progress, at most a hundred times, in a line each where there is no terminal', async () => {
    const large = makeLog(2500)
    const file = path()
    await writeExport(file, { checkpoint: await large.note(), signed: large.entries, entries: large.entries })
    const shown = await runAsProgram(file, '--key', large.vkey, '--progress', '--json')
    expect(shown).toMatchObject({ code: 0, stderr: '40 %: 1,000 of 2,500 entries\n80 %: 2,000 of 2,500 entries\n' })
    expect(JSON.parse(shown.stdout)).toMatchObject({ verified: true, size: 2500 })
  })
})

describe('heads that were seen', () => {
  it('of this history agree with it', async () => {
    const seen = [{ name: 'monday', note: await log.note(123) }]
    expect(await verify({}, { seen })).toMatchObject({ verified: true })
  })

  it('of another history show the fork, and between which entries it is', async () => {
    const seen = [
      { name: 'sunday', note: await log.note(100) },
      { name: 'monday', note: await log.note(123, replaced(105)) },
    ]
    const result = await verify({}, { seen })
    expect(wrong(result)).toEqual([['fork', null]])
    expect(result.findings[0]!.message).toContain('Among the entries 100 to 122 is one that is another.')
  })

  it('of a longer log show that it was rolled back', async () => {
    const shorter = log.entries.slice(0, 590)
    const seen = [{ name: 'monday', note: await log.note(600) }]
    const result = await verify({ checkpoint: await log.note(590), signed: shorter, entries: shorter }, { seen })
    expect(wrong(result)).toEqual([['rolled-back', 590]])
  })
})

describe('a policy', () => {
  it('wants witnesses to have cosigned, and says who did', async () => {
    const pair = generateKeyPairSync('ed25519')
    const raw = rawPublicKey(pair.publicKey.export({ type: 'spki', format: 'der' }))
    const key = noteKey('witness.example/w1', 'cosignature', raw)
    const line = await cosign(parseNote(contents.checkpoint), {
      key,
      time: 1_790_000_000,
      sign: (message) => sign(null, message, pair.privateKey),
    })
    const policy = `log ${log.vkey}\nwitness W ${formatNoteKey(key)}\nquorum W\n`
    expect(wrong(await verify({}, { policy }))).toEqual([['not-witnessed', null]])
    const checkpoint = formatNote(withSignatures(parseNote(contents.checkpoint), [line]))
    expect(await verify({ checkpoint }, { policy })).toMatchObject({
      verified: true,
      cosigned: ['witness.example/w1 at 2026-09-21T14:13:20.000Z'],
    })
  })
})

describe('an export of some entries', () => {
  it('holds by the proof of each', async () => {
    const proofOf = (index: number) =>
      inclusionRanges(index, 600).map(({ start, end }) => rootOfLeaves(log.entries.slice(start, end).map(leafHash)))
    const line = (index: number, of: number) =>
      exportEntryLine(index, Buffer.from(log.entries[of]!).toString('utf8'), proofOf(index))
    const head = exportHeadLine({ checkpoint: contents.checkpoint, keys: [], complete: false })
    expect(await run(await written(head + line(5, 5) + line(599, 599)), { key: log.vkey })).toMatchObject({ verified: true })
    expect(wrong(await run(await written(head + line(5, 5) + line(7, 6)), { key: log.vkey }))).toEqual([['entry-changed', 7]])
  })
})

describe('gateways’ streams', () => {
  const gateway = randomUUID()
  const stream = randomUUID()
  const days = 24 * 3_600_000

  const organization = randomUUID()
  type Shape = Record<string, CanonicalValue>

  const makeSigner = async () => {
    const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
    return {
      algorithm: 'ecdsa-p256-sha256' as const,
      publicKey: new Uint8Array(await webcrypto.subtle.exportKey('spki', pair.publicKey)),
      sign: async (data: Uint8Array) =>
        new Uint8Array(
          await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, data as Uint8Array<ArrayBuffer>),
        ),
    }
  }
  type Signer = Awaited<ReturnType<typeof makeSigner>>
  let signer: Signer
  beforeAll(async () => {
    signer = await makeSigner()
  })

  const lines = ['{"number":0}\n', '{"number":1}\n', '{"number":2}\n', '{"number":3}\n']
  const digests = lines.map((line) => createHash('sha256').update(line).digest('base64url'))
  const batch = async (first: number, { over = {}, by = signer }: { over?: Shape; by?: Signer } = {}): Promise<Shape> => {
    const said = {
      gateway,
      first,
      count: 1,
      digest: digests[first]!,
      previous: first === 0 ? 'A'.repeat(43) : digests[first - 1]!,
    }
    const statement = await signStatement(activityBatch, { version: 1, organization, stream, sealedAt: 1, ...said }, [by])
    return { type: 'activity.batch', subject: { kind: 'activity-stream', id: stream }, details: { ...said, statement, ...over } }
  }
  const joined = ({ publicKey }: Signer): Shape => ({
    type: 'gateway.joined',
    subject: { kind: 'gateway', id: gateway },
    details: { publicKey: toBase64url(publicKey) },
  })
  const checkLog = async (entries: readonly Shape[], recordings: string | null = null) => {
    const all = [...entries, {}]
    const made = makeLog(all.length, (index) => ({
      organization,
      at: index === all.length - 1 ? 400 * days : index * 200 * days,
      ...all[index],
    }))
    const file = path()
    await writeExport(file, { checkpoint: await made.note(), signed: made.entries, entries: made.entries })
    const result = await run(file, { key: made.vkey, recordings })
    // The log's origin names another organization than its entries here, which is not what is looked at.
    const findings = result.findings.filter(({ message }) => !message.includes('another organization'))
    return { ...result, findings, wrong: wrong({ ...result, findings }) }
  }
  const check = (batches: readonly Shape[], recordings: string | null = null) =>
    checkLog([joined(signer), ...batches], recordings)

  it('hold no batch that the gateway did not sign under the key with which it joined', async () => {
    const thief = await makeSigner()
    const [unsigned, forged] = [await batch(1, { over: { statement: null } }), await batch(1, { by: thief })]
    const zero = await batch(0)
    for (const invented of [unsigned, forged]) {
      expect((await check([zero, invented])).wrong).toEqual([['stream-broken', 2]])
    }
    expect((await checkLog([zero])).findings[0]?.message).toContain('which never joined')
    expect((await check([zero, joined(signer), await batch(1)])).wrong).toEqual([])
    expect((await check([zero, joined(thief), forged])).wrong).toEqual([
      ['entry-impossible', 2],
      ['stream-broken', 3],
    ])
  })

  it('are followed batch by batch, by the gateway’s own signature, down to the recordings', async () => {
    const [zero, one, two] = [await batch(0), await batch(1), await batch(2)]
    expect((await check([zero, one, two])).wrong).toEqual([])
    expect((await check([zero, two])).wrong).toEqual([['stream-broken', 2]])
    expect((await check([zero, one, one])).wrong).toEqual([['stream-broken', 3]])
    expect((await check([zero, await batch(1, { over: { digest: digests[3]! } })])).wrong).toEqual([['stream-broken', 2]])

    const recordings = path()
    await mkdir(join(recordings, stream), { recursive: true })
    await writeFile(join(recordings, stream, '1.jsonl'), lines[1]!)
    const kept = await check(
      [
        { ...zero, at: 1 * days },
        { ...one, at: 390 * days },
      ],
      recordings,
    )
    expect(kept).toMatchObject({ wrong: [], recordings: { matching: 1, removedByPolicy: 1 } })
    await writeFile(join(recordings, stream, '1.jsonl'), 'something else')
    expect(
      (
        await check(
          [
            { ...zero, at: 1 * days },
            { ...one, at: 390 * days },
          ],
          recordings,
        )
      ).wrong,
    ).toEqual([['recording-changed', 2]])
    await rm(join(recordings, stream, '1.jsonl'))
    expect(
      (
        await check(
          [
            { ...zero, at: 1 * days },
            { ...one, at: 390 * days },
          ],
          recordings,
        )
      ).wrong,
    ).toEqual([['recording-missing', 2]])
  })
})
