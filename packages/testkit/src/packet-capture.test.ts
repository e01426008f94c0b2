import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { canary } from './canary.ts'
import { capturedStreams } from './captured-streams.ts'
import { packetCapture } from './packet-capture.ts'
import { skipReason } from './programs.ts'

const reason = skipReason({ programs: ['tcpdump'], root: true })

test.skipIf(reason !== null)(
  `holds what crossed the given ports, whole across packets, and nothing else (${reason ?? 'runs'})`,
  async () => {
    const sink = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    await once(sink, 'listening')
    onTestFinished(() => void sink.close())
    const { port } = sink.address() as AddressInfo
    const capture = await packetCapture([port])
    if (capture.kind !== 'running') throw new Error(capture.reason)
    const secret = canary()

    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    const { localPort } = socket
    for (const part of [secret.text.slice(0, 20), secret.text.slice(20)]) {
      await new Promise((settle) => socket.write(part, settle))
      await new Promise((settle) => setImmediate(settle))
    }
    socket.end()
    await once(socket, 'close')

    const file = await capture.stop()
    const streams = capturedStreams(file)
    const sent = streams.get(`127.0.0.1:${localPort} > 127.0.0.1:${port}`)
    expect(sent?.toString()).toBe(secret.text)
    expect([...streams.keys()].every((flow) => flow.includes(`:${port}`))).toBe(true)
    expect(secret.findBytes(sent ?? Buffer.alloc(0))).toEqual([{ form: 'plain', offset: 0 }])
    expect(canary().findBytes(file)).toEqual([])
  },
)

test.skipIf(reason !== null)(`says why it cannot capture (${reason ?? 'runs'})`, async () => {
  expect(await packetCapture([99_999])).toEqual({ kind: 'unavailable', reason: expect.stringContaining('99999') as string })
})
