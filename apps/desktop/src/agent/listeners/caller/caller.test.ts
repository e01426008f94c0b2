import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { userInfo } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { identifyCaller } from './identify.ts'
import { findInTable } from './socket-table.ts'

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 111 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0 20 4 30 10 -1
   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1001        0 333 1 0 20 4 30 10 -1
   3: 0200A8C0:C351 0300A8C0:1F90 01 00000000:00000000 00:00000000 00000000  1002        0 444 1 0 20 4 30 10 -1
`

test('of the two sockets of a connection the peer’s is found', () => {
  expect(findInTable(table, { localPort: 50_000, remotePort: 8080 })).toEqual({ uid: 1000, inode: 222 })
})

test('a connection of the same ports elsewhere than on loopback is not it', () => {
  expect(findInTable(table, { localPort: 50_001, remotePort: 8080 })).toBeNull()
})

test('a listening socket is found by its port', () => {
  expect(findInTable(table, { localPort: 8080, remotePort: 0 })).toEqual({ uid: 1001, inode: 111 })
})

describe.skipIf(process.platform !== 'linux')('on this computer', () => {
  let server: Server
  const accepted: Socket[] = []
  beforeAll(async () => {
    server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => {
    for (const socket of accepted) socket.destroy()
    server.close()
  })
  const open = async (): Promise<{ ours: Socket; theirs: Socket }> => {
    const theirs = connect(server.address() as { port: number })
    const [[ours]] = (await Promise.all([once(server, 'connection'), once(theirs, 'connect')])) as [[Socket], unknown]
    return { ours, theirs }
  }

  test('the peer is told with program, user and process', async () => {
    const { ours, theirs } = await open()
    expect(await identifyCaller(ours)).toEqual({
      program: expect.stringContaining('node'),
      user: userInfo().username,
      pid: process.pid,
    })
    theirs.destroy()
  })

  test('a connection that nobody holds any more is refused', async () => {
    await expect(identifyCaller({ localPort: 1, remotePort: 2 })).rejects.toMatchObject({ code: 'caller_refused' })
  })

  test('many at once share the reading of the table', async () => {
    const pairs: Awaited<ReturnType<typeof open>>[] = []
    for (let count = 0; count < 50; count++) pairs.push(await open())
    const start = process.cpuUsage()
    const callers = await Promise.all(pairs.map(({ ours }) => identifyCaller(ours)))
    const { user, system } = process.cpuUsage(start)
    const each = (user + system) / 1000 / pairs.length
    expect(callers.every((caller) => caller?.pid === process.pid)).toBe(true)
    // Milliseconds of the processor: well below one.
    expect(each).toBeLessThan(20)
    for (const { theirs } of pairs) theirs.destroy()
  })
})
