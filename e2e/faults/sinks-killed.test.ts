/** The API is killed again and again while it sends the log on: no sink misses an entry, and files have each of them once. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { canonicalJson, fromBase64url, seal, utf8 } from '@sallyport/protocol'
import { sinkSecretInfo } from '@sallyport/protocol/api'
import { type Agent, Central, startAgent } from '@sallyport/testbed'
import { makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

const KILLS = 3
/** Entries that are made between two kills, one for each call. */
const CALLS = 15

let directory: TemporaryDirectory
let central: Central
let owner: Agent
let receiver: Server
const taken: number[] = []
/** Called when a batch has come and before it is answered. */
let onBatch = (): void => undefined

const takeBatch = (body: string): void => {
  const { data } = JSON.parse(body) as { data: { events: { index: number }[] } }
  taken.push(...data.events.map(({ index }) => index))
  onBatch()
}

beforeAll(async () => {
  directory = await makeTemporaryDirectory()
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      takeBatch(Buffer.concat(chunks).toString('utf8'))
      response.end()
    })
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const passphraseFile = join(directory.path, 'passphrase')
  await writeFile(passphraseFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
  central = await Central.start({
    apiEnvironment: { SALLYPORT_SINK_NETWORKS: '127.0.0.0/8', SALLYPORT_SINK_FOLDER: join(directory.path, 'sinks') },
  })
  owner = await startAgent({ profile: join(directory.path, 'profile'), name: 'agent', passphraseFile })
  const password = randomBytes(18).toString('base64url')
  await owner.local.call('enrol', { invitation: central.invitation, password })
  owner.confirmWith(password)
})
afterAll(async () => {
  await owner?.stop()
  await central?.stop()
  receiver?.close()
  await directory?.remove()
})

const addSinks = async (): Promise<void> => {
  const file = { kind: 'file', maxBytes: 65_536, keepFiles: 0 } as const
  await owner.api('createSink', { body: { name: 'file', destination: file, from: 'beginning', sealedSecret: null } })
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const webhook = { kind: 'webhook', url, certificates: '' } as const
  const { organization, vaultKeys } = await owner.local.call('trust', {})
  const info = sinkSecretInfo({ organization, destination: webhook })
  const key = canonicalJson({ kind: 'signing-key', key: randomBytes(32).toString('base64') })
  const sealed = await seal(utf8(key), fromBase64url(vaultKeys[0]!.publicKey), { info })
  const sealedSecret = { vaultKey: vaultKeys[0]!.id, sealed }
  await owner.api('createSink', { body: { name: 'webhook', destination: webhook, from: 'beginning', sealedSecret } })
}

/** Numbers in the files, in their order. */
const numbersInFiles = async (): Promise<number[]> => {
  const root = join(directory.path, 'sinks')
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.jsonl')).toSorted()
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')))
  return texts
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { index: number }).index)
}

test('killed at its worst moments, the API sends everything on', async () => {
  await addSinks()
  for (let kill = 0; kill < KILLS; kill++) {
    const { program } = central.api
    // When a batch has come: it is in the file or not, and the place of neither sink has moved.
    const killed = new Promise<void>((resolve) => {
      onBatch = () => {
        onBatch = () => undefined
        program.kill('SIGKILL')
        resolve()
      }
    })
    const calls = Array.from({ length: CALLS }, (_, call) => owner.api('createSite', { body: { name: `site ${kill} ${call}` } }))
    await Promise.all([killed, Promise.allSettled(calls)])
    await program.exited
    await central.restart()
  }
  const size = await waitFor(
    async () => {
      const { items } = await owner.api('listSinks')
      const log = await owner.api('getLog')
      return items.every(({ behind }) => behind === 0) && log.size
    },
    { description: 'the sinks to have everything', timeoutMs: 30_000 },
  )
  const all = Array.from({ length: size }, (_, index) => index)
  expect((await numbersInFiles()).slice(0, size)).toEqual(all)
  expect([...new Set(taken)].toSorted((a, b) => a - b).slice(0, size)).toEqual(all)
})
