import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { makeAuthority } from '@sallyport/testkit'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import type { Endpoint } from '@sallyport/protocol'
import { expect, test } from 'vitest'
import { resourceHopOf } from './resource-hop.ts'

const endpoint = { host: 'db.example', port: 5432 } as Endpoint
const measured = { endpoint, connectMs: 6.5, now: 1_800_000_000_000.4 }

test('the hop to a resource says what its TLS agreed on', async () => {
  const authority = await makeAuthority()
  const server = createTlsServer(await authority.issue({ dnsNames: ['db.example'] }), (socket) => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stream = connectTls({ host: '127.0.0.1', port, servername: 'db.example', ca: authority.ca })
  await once(stream, 'secureConnect')
  expect(resourceHopOf({ stream, serverCertificate: null }, measured)).toEqual({
    host: 'db.example',
    port: 5432,
    connectMs: 6.5,
    tls: { version: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) as string, group: expect.anything() as unknown },
    reachedAt: 1_800_000_000_000,
  })
  stream.destroy()
  server.close()
})

test('the hop to a resource without TLS says that there is none', async () => {
  const server = createServer((socket) => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stream = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(stream, 'connect')
  expect(resourceHopOf({ stream, serverCertificate: null }, measured).tls).toBeNull()
  stream.destroy()
  server.close()
})
