/**
 * The API is killed again and again while it sends log and activity on: no sink misses an entry or a record, and files have each of
 * them once.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { canonicalJson, fromBase64url, seal, utf8 } from '@sallyport/protocol'
import { type SinkStream, sinkSecretInfo } from '@sallyport/protocol/api'
import { Central } from '@sallyport/testbed'
import { makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawClient } from '../support/raw-client.ts'
import { openSender } from '../support/sender-gateway.ts'

/** When it is killed: a batch of this stream came, and was answered or not. */
const kills = [
  { stream: 'log', answered: false },
  { stream: 'activity', answered: false },
  { stream: 'activity', answered: true },
] as const
/** Entries, and batches of records, that are made between two kills. */
const CALLS = 12
const RECORDS = 20

let directory: TemporaryDirectory
let central: Central
let owner: RawClient
let sender: Awaited<ReturnType<typeof openSender>>
let receiver: Server

interface Event {
  readonly index: number
  readonly record?: { readonly id: string }
}
const taken: Record<SinkStream, Set<number>> = { log: new Set(), activity: new Set() }
/** Called when a batch has come, before and after it is answered. */
let onBatch: (stream: SinkStream, answered: boolean) => void = () => undefined

const recordNumber = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1))
const numberOf = ({ index, record }: Event): number => (record === undefined ? index : recordNumber(record.id))

const takeBatch = (body: string): SinkStream => {
  const { type, data } = JSON.parse(body) as { type: string; data: { events: Event[] } }
  const stream = type === 'sallyport.audit' ? 'log' : 'activity'
  for (const event of data.events) taken[stream].add(numberOf(event))
  return stream
}

beforeAll(async () => {
  directory = await makeTemporaryDirectory()
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const stream = takeBatch(Buffer.concat(chunks).toString('utf8'))
      onBatch(stream, false)
      response.end(() => onBatch(stream, true))
    })
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  central = await Central.start({
    apiEnvironment: { SALLYPORT_SINK_NETWORKS: '127.0.0.0/8', SALLYPORT_SINK_FOLDER: join(directory.path, 'sinks') },
  })
  owner = await RawClient.enrol(central.invitation)
  await owner.presence()
  sender = await openSender(owner)
})
afterAll(async () => {
  sender?.gateway.close()
  owner?.close()
  await central?.stop()
  receiver?.close()
  await directory?.remove()
})

const addSinks = async (): Promise<void> => {
  const both = { streams: ['log', 'activity'], from: 'beginning' } as const satisfies { streams: SinkStream[]; from: string }
  const file = { kind: 'file', maxBytes: 65_536, keepFiles: 0 } as const
  const streams = [...both.streams]
  await owner.call('createSink', { body: { ...both, streams, name: 'file', destination: file, sealedSecret: null } })
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const webhook = { kind: 'webhook', url, certificates: '' } as const
  const vaultKey = owner.trust.vaultKeys[0]!
  const info = sinkSecretInfo({ organization: owner.organization, destination: webhook })
  const key = canonicalJson({ kind: 'signing-key', key: randomBytes(32).toString('base64') })
  const sealedSecret = {
    vaultKey: vaultKey.id,
    sealed: await seal(utf8(key), fromBase64url(vaultKey.publicKey), { info }),
  }
  await owner.call('createSink', { body: { ...both, streams, name: 'webhook', destination: webhook, sealedSecret } })
}

/** Numbers in the files of a stream, in their order. */
const numbersInFiles = async (prefix: string): Promise<number[]> => {
  const root = join(directory.path, 'sinks')
  const names = (await readdir(root, { recursive: true })).filter((name) => name.includes(`/${prefix}-`)).toSorted()
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')))
  const lines = texts.join('').split('\n')
  return lines.filter((line) => line !== '').map((line) => numberOf(JSON.parse(line) as Event))
}

const make = (): Promise<unknown> => {
  const sites = Array.from({ length: CALLS }, (_, call) =>
    owner.call('createSite', { body: { name: `site ${call} ${randomBytes(4).toString('hex')}` } }),
  )
  const ship = async (): Promise<void> => {
    for (let batch = 0; batch < CALLS; batch++) {
      // The first may find the connection of before the kill, the last nobody.
      await sender.stream
        .ship(Array.from({ length: RECORDS }, (_, record) => `select ${batch}, ${record}`))
        .catch(() => undefined)
    }
  }
  return Promise.allSettled([...sites, ship()])
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

test('killed at its worst moments, the API sends everything on', async () => {
  await addSinks()
  for (const { stream, answered } of kills) {
    const { program } = central.api
    // The batch is in the file or not, and the place of neither sink has moved, or just one has.
    const killed = new Promise<void>((resolve) => {
      onBatch = (came, wasAnswered) => {
        if (came !== stream || wasAnswered !== answered) return
        onBatch = () => undefined
        program.kill('SIGKILL')
        resolve()
      }
    })
    await Promise.all([killed, make()])
    await program.exited
    await central.restart()
  }
  // What the last kill kept from being taken.
  await waitFor(
    () =>
      sender.stream.ship(['select last']).then(
        () => true,
        () => false,
      ),
    {
      description: 'the gateway to be heard again',
      timeoutMs: 60_000,
    },
  )
  const size = await waitFor(
    async () => {
      // It grows on: what it had before the sinks were asked is what they have.
      const log = await owner.call('getLog')
      const { items } = await owner.call('listSinks')
      return items.every(({ streams }) => streams.every(({ behind }) => behind === 0)) && log.size
    },
    { description: 'the sinks to have everything', timeoutMs: 120_000 },
  )
  expect((await numbersInFiles('audit')).slice(0, size)).toEqual(upTo(size))
  expect([...taken.log].toSorted((a, b) => a - b).slice(0, size)).toEqual(upTo(size))
  expect(sender.stream.taken).toBeGreaterThan(RECORDS)
  expect(await numbersInFiles('activity')).toEqual(upTo(sender.stream.taken))
  expect([...taken.activity].toSorted((a, b) => a - b)).toEqual(upTo(sender.stream.taken))
})
