import { randomUUID } from 'node:crypto'
import { type Duplex, duplexPair } from 'node:stream'
import fc from 'fast-check'
import { encodeFramedJson, SallyportError, type StreamHead } from '@sallyport/protocol'
import { describe, expect, test } from 'vitest'
import { finishWith, readHead, refusalOf } from './head-exchange.ts'

const pair = (): [Duplex, Duplex] => {
  const [client, server] = duplexPair()
  client.on('error', () => undefined)
  server.on('error', () => undefined)
  return [client, server]
}
const head: StreamHead = { type: 'resume', lease: randomUUID(), caller: { program: '/usr/bin/psql', user: 'alice', pid: 7 } }

describe('a head', () => {
  test('is read however it is split, and what follows is left in the stream', async () => {
    const bytes = Buffer.concat([encodeFramedJson(head), Buffer.from('what follows')])
    const cuts = fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const [client, server] = pair()
        const found = readHead(server)
        let start = 0
        for (const end of [...new Set(places)].sort((left, right) => left - right).concat(bytes.length)) {
          client.write(bytes.subarray(start, end))
          await new Promise((resolve) => setImmediate(resolve))
          start = end
        }
        expect(await found).toEqual(head)
        client.end()
        let rest = ''
        for await (const chunk of server) rest += String(chunk)
        expect(rest).toBe('what follows')
      }),
      { numRuns: 60 },
    )
  })

  test('that is late is given up, also while bytes trickle in', async () => {
    const [client, server] = pair()
    const bytes = encodeFramedJson(head)
    let at = 0
    const trickle = setInterval(() => client.write(bytes.subarray(at, ++at)), 5)
    await expect(readHead(server, 60)).rejects.toMatchObject({ code: 'protocol_error' })
    clearInterval(trickle)
    expect(server.listenerCount('readable')).toBe(0)
  })

  test.each<[string, (client: Duplex) => void]>([
    ['ends', (client) => client.end()],
    ['is cut', (client) => client.destroy()],
  ])('whose stream %s before it is complete is none', async (_, finish) => {
    const [client, server] = pair()
    const found = readHead(server)
    client.write(encodeFramedJson(head).subarray(0, 9))
    setImmediate(() => finish(client))
    await expect(found).rejects.toMatchObject({ code: 'protocol_error' })
  })

  test('of garbage is none, whatever the garbage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 4, maxLength: 64 }), async (bytes) => {
        const [client, server] = pair()
        const found = readHead(server, 1000)
        client.end(bytes)
        await expect(found).rejects.toMatchObject({ code: 'protocol_error' })
      }),
      { numRuns: 60 },
    )
  })
})

test('a refusal tells code and public text, never the cause', () => {
  const secret = new Error('password=hunter2')
  expect(refusalOf(new SallyportError('not_granted', { cause: secret }))).toEqual({
    ok: false,
    error: { code: 'not_granted', message: 'You have no access to this credential. Ask for it.' },
  })
  expect(JSON.stringify(refusalOf(secret))).not.toContain('hunter2')
})

test('a stream that is finished closes when its peer ends, and discards what it still sends', async () => {
  const [client, server] = pair()
  client.write(Buffer.alloc(100_000))
  finishWith(server, refusalOf(new SallyportError('not_granted')))
  let text = ''
  for await (const chunk of client) text += String(chunk)
  expect(text).toContain('not_granted')
  client.end()
  if (!server.destroyed) await new Promise((resolve) => server.once('close', resolve))
})
