import { duplexPair } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { activity, type StoredActivity } from '@sallyport/recording'
import { encodeMessage } from '../codec/encode.ts'
import { backend, frontend } from '../codec/messages.ts'
import { bindMessage, executeMessage, parseMessage, syncMessage } from '../codec/testing/messages.ts'
import { encodeQuery } from '../codec/frontend.ts'
import { LeasedName } from '../statements/password-guard.ts'
import { TextEncoding } from '../statements/text-encoding.ts'
import { relay } from './relay.ts'

const body = fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes))
const some = (types: Readonly<Record<string, number>>) =>
  fc.tuple(fc.constantFrom(...Object.values(types)), body).map(([type, bytes]) => encodeMessage(type, bytes))

const fromTool = fc.oneof(
  fc.constantFrom(
    encodeQuery('select 1'),
    encodeQuery("alter user app password 'x'"),
    parseMessage('s', 'select 2'),
    bindMessage('', 's', []),
    executeMessage(''),
    syncMessage(),
    encodeMessage(frontend.copyDone, Buffer.alloc(0)),
    encodeMessage(frontend.copyData, Buffer.from('1\n')),
  ),
  some(frontend),
  body,
)

const fromResource = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      encodeMessage(backend.parseComplete, Buffer.alloc(0)),
      encodeMessage(backend.bindComplete, Buffer.alloc(0)),
      encodeMessage(backend.dataRow, Buffer.from([0, 0])),
      encodeMessage(backend.commandComplete, Buffer.from('SELECT 1\0')),
      encodeMessage(backend.errorResponse, Buffer.from('SERROR\0C42601\0Mno\0\0')),
      encodeMessage(backend.readyForQuery, Buffer.from('I')),
      encodeMessage(backend.copyInResponse, Buffer.from([0, 0, 0])),
      encodeMessage(backend.copyOutResponse, Buffer.from([0, 0, 0])),
      encodeMessage(backend.copyData, Buffer.from('1\n')),
      encodeMessage(backend.copyDone, Buffer.alloc(0)),
    ),
  },
  { weight: 1, arbitrary: some(backend) },
  { weight: 1, arbitrary: body },
)

const steps = fc.array(
  fc.oneof(
    fc.record({ side: fc.constant('tool' as const), bytes: fromTool }),
    fc.record({ side: fc.constant('resource' as const), bytes: fromResource }),
  ),
  { maxLength: 25 },
)

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const startRelay = () => {
  const [tool, client] = duplexPair()
  const [resource, upstream] = duplexPair()
  const records: StoredActivity[] = []
  const received: Buffer[] = []
  for (const stream of [tool, client, resource, upstream]) stream.on('error', () => undefined)
  tool.on('data', (chunk: Buffer) => received.push(chunk))
  resource.resume()
  const end = relay({
    client,
    upstream,
    early: { fromTool: Buffer.alloc(0), fromResource: Buffer.alloc(0) },
    activity: { record: async (record) => void records.push(activity.parse(record)) },
    now: Date.now,
    signal: new AbortController().signal,
    context: { leased: new LeasedName('app'), encoding: new TextEncoding() },
    lastMessage: 150,
    cancel: () => Promise.resolve(),
  })
  return { tool, resource, records, received, end }
}

test.each(['a second key', 'a request to sign in', 'an unknown message'])(
  '%s of the resource never reaches the tool',
  async (what) => {
    const message = {
      'a second key': encodeMessage(backend.backendKeyData, Buffer.from('12345678')),
      'a request to sign in': encodeMessage(backend.authentication, Buffer.from([0, 0, 0, 3])),
      'an unknown message': encodeMessage(0x21, Buffer.from('12345678')),
    }[what]
    const { resource, received, end } = startRelay()
    resource.write(message)
    expect((await end).reason).toBe('resource_protocol_error')
    await turn()
    expect(Buffer.concat(received).toString('latin1')).toMatch(/^E.*08P01/s)
  },
)

test('whatever either side sends, the connection ends in order, records are valid, and no password is in them', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (list, toolEndsFirst) => {
      const { tool, resource, records, end } = startRelay()
      for (const { side, bytes } of list) {
        const stream = side === 'tool' ? tool : resource
        if (stream.writable) stream.write(bytes)
        await turn()
      }
      if (toolEndsFirst) tool.end()
      resource.end()
      await turn()
      tool.end()
      const { reason, bytesUp, bytesDown } = await end
      expect(reason).not.toBe('')
      expect(bytesUp).toBeGreaterThanOrEqual(0)
      expect(bytesDown).toBeGreaterThanOrEqual(0)
      expect(JSON.stringify(records)).not.toContain("password 'x'")
    }),
    { numRuns: 400 },
  )
})
