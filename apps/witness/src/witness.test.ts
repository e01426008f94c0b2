import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  consistencyRanges,
  cosignersOf,
  formatNoteKey,
  formatWitnessRequest,
  leafHash,
  noteKey,
  type NoteKey,
  parseNote,
  parseSignatureLines,
  rawPublicKey,
  rootOfLeaves,
  signCheckpoint,
  withSignatures,
} from '@sallyport/audit-log'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHeads, originHash } from './heads.ts'
import { makeKey, readKey } from './key.ts'
import { lockFolder } from './lock.ts'
import { keysOfLogs, logsFile } from './logs.ts'
import { type RunningWitness, serveWitness } from './server.ts'

const pair = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
})
const privateKey = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' })
const logKey = noteKey('log.example/one', 'ed25519', rawPublicKey(pair.publicKey))

const leavesOf = (word: string) => Array.from({ length: 40 }, (_, each) => leafHash(Buffer.from(`${word} ${each}`)))
const all = leavesOf('entry')
const headOf = (size: number, { leaves = all, key = logKey }: { leaves?: Uint8Array[]; key?: NoteKey } = {}) => {
  const head = { origin: key.name, size, root: rootOfLeaves(leaves.slice(0, size)), extensions: [] }
  return signCheckpoint(head, key, (message) => sign(null, message, privateKey))
}
const proofOf = (from: number, to: number, leaves = all) =>
  consistencyRanges(from, to).map(({ start, end }) => rootOfLeaves(leaves.slice(start, end)))

let folder: string
let running: RunningWitness
let now = Date.UTC(2026, 10, 22)

const start = async (): Promise<void> => {
  running = await serveWitness({
    folder,
    host: '127.0.0.1',
    port: 0,
    tls: null,
    own: await readKey(folder),
    heads: await openHeads(folder),
    keysOf: await keysOfLogs(folder, () => now),
    clock: () => now,
    logger: pino({ level: 'silent' }),
  })
}
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'sallyport-witness-')), 'state')
  await mkdir(folder)
  await makeKey(folder, 'witness.example/w1')
  await writeFile(logsFile(folder), `# known\n${formatNoteKey(logKey)}\n`)
  await start()
})
afterEach(async () => {
  await running.close()
  await rm(join(folder, '..'), { recursive: true, force: true })
})

const post = async (body: string) => {
  const answer = await fetch(`http://127.0.0.1:${running.port}/add-checkpoint`, { method: 'POST', body })
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') }
}
const submit = async (oldSize: number, size: number, proof = proofOf(oldSize, size)) =>
  post(formatWitnessRequest({ oldSize, proof, checkpoint: await headOf(size) }))

describe('a witness', () => {
  it('cosigns heads that go on from the one before, and shows the newest', async () => {
    const { key } = await readKey(folder)
    const sizes = [
      [0, 5],
      [5, 5],
      [5, 23],
    ] as const
    for (const [oldSize, size] of sizes) {
      const answer = await submit(oldSize, size)
      expect(answer.status).toBe(200)
      const note = withSignatures(parseNote(await headOf(size)), parseSignatureLines(answer.text))
      expect(cosignersOf(note, [key])).toEqual([key])
    }
    const shown = await (await fetch(`http://127.0.0.1:${running.port}/${originHash(logKey.name)}/checkpoint`)).text()
    expect(parseNote(shown).text).toBe(parseNote(await headOf(23)).text)
    expect(parseNote(shown).signatures).toHaveLength(2)
  })

  it('says which size it has, and keeps it over a restart', async () => {
    await submit(0, 20)
    await running.close()
    await start()
    expect(await submit(0, 25)).toEqual({ status: 409, text: '20\n', type: 'text/x.tlog.size' })
    expect((await submit(10, 15)).status).toBe(409)
    expect((await submit(20, 25)).status).toBe(200)
    expect(await readdir(join(folder, 'heads'))).toEqual([originHash(logKey.name)])
  })

  it('refuses a fork, a roll-back and a proof of something else', async () => {
    await submit(0, 20)
    const fork = leavesOf('other')
    const forked = (proof: Uint8Array[], size: number) =>
      headOf(size, { leaves: fork }).then((checkpoint) => post(formatWitnessRequest({ oldSize: 20, proof, checkpoint })))
    expect((await forked(proofOf(20, 25, fork), 25)).status).toBe(422)
    expect((await forked([], 20)).status).toBe(422)
    expect((await submit(20, 25, proofOf(19, 25))).status).toBe(422)
    expect((await submit(20, 19, [])).status).toBe(400)
    expect((await submit(20, 25)).status).toBe(200)
  })

  it('cosigns one of those that race, and has the others come again', async () => {
    await submit(0, 5)
    const answers = await Promise.all([10, 12, 14, 16].map((size) => submit(5, size)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(3)
  })

  it('knows no other log, and no other key of this one', async () => {
    const stranger = noteKey('log.example/two', 'ed25519', logKey.publicKey)
    const foreign = formatWitnessRequest({ oldSize: 0, proof: [], checkpoint: await headOf(5, { key: stranger }) })
    expect((await post(foreign)).status).toBe(404)
    const changed = (await headOf(5)).replace('\n5\n', '\n6\n')
    expect((await post(formatWitnessRequest({ oldSize: 0, proof: [], checkpoint: changed }))).status).toBe(403)
    await writeFile(logsFile(folder), `${formatNoteKey(logKey)}\n${formatNoteKey(stranger)}\n`)
    now += 2_000
    expect((await post(foreign)).status).toBe(200)
  })

  it.each(['', 'old 0\n\n', 'old 00\n\nx'])('refuses what is no request: %j', async (body) => {
    expect((await post(body)).status).toBe(400)
  })

  it('refuses what is too long before it has read it all', async () => {
    expect((await post('x'.repeat(400_000)).catch(() => ({ status: 413 }))).status).toBe(413)
  })

  it('has its folder alone', async () => {
    const unlock = await lockFolder(folder)
    await unlock()
    await writeFile(join(folder, 'lock'), `${process.ppid}\n`)
    await expect(lockFolder(folder)).rejects.toThrow(`process id ${process.ppid}`)
  })
})
