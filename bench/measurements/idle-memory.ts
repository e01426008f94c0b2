/** What a connection costs that does nothing: tools keep many of them open. */
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Path } from '../paths/path.ts'
import { canCount, memoryKib } from '../processes.ts'
import { openEcho } from '../traffic/client.ts'
import type { Measurement } from './measurement.ts'

/** Opened at a time, so that no backlog overflows. */
const AT_ONCE = 50
/** Garbage of the opening is collected in this time, at least where collection is forced. */
const SETTLE_MS = 1500

const openMany = async (port: number, count: number): Promise<Socket[]> => {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Math.min(AT_ONCE, count - sockets.length)
    sockets.push(...(await Promise.all(Array.from({ length: some }, () => openEcho(port)))))
  }
  return sockets
}

const memoryOf = async (path: Path): Promise<{ near: number; far: number }> => {
  await pause(SETTLE_MS)
  path.collectGarbage?.()
  await pause(SETTLE_MS / 3)
  return { near: memoryKib(path.near), far: memoryKib(path.far) }
}

export const idleStreams = (count: number): Measurement => ({
  name: 'idle-stream',
  title: `Memory of an idle connection, ${count} of them`,
  metrics: [
    {
      name: 'idle-stream-near',
      title: `Memory of an idle connection at the tool's side, ${count} of them`,
      unit: 'KiB',
      better: 'lower',
    },
    {
      name: 'idle-stream-far',
      title: `Memory of an idle connection at the database's side, ${count} of them`,
      unit: 'KiB',
      better: 'lower',
    },
  ],
  fresh: true,
  rounds: 1,
  suits: ({ bytes, near }) => canCount && bytes !== null && near.length > 0,
  run: async (path) => {
    // What a first wave leaves in pools and code belongs to no connection.
    for (const socket of await openMany(path.bytes!, count / 10)) socket.destroy()
    const before = await memoryOf(path)
    const sockets = await openMany(path.bytes!, count)
    const with_ = await memoryOf(path)
    for (const socket of sockets) socket.destroy()
    await pause(SETTLE_MS / 3)
    return { 'idle-stream-near': (with_.near - before.near) / count, 'idle-stream-far': (with_.far - before.far) / count }
  },
})
