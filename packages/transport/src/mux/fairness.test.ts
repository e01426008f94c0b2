import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { channelKinds } from '../testing/channels.ts'
import { sessionPair } from '../testing/sessions.ts'
import type { MuxStream } from './stream.ts'

const BULK = 64_000_000
const CHUNK = Buffer.alloc(65_536)

/** Writes as fast as the stream takes it. */
async function pour(stream: MuxStream, length: number): Promise<void> {
  for (let sent = 0; sent < length; sent += CHUNK.length) {
    if (!stream.write(CHUNK)) await once(stream, 'drain')
  }
  stream.end()
}

describe('streams share a session fairly', () => {
  test('an echo goes on beside a bulk transfer: a turn of it costs few bytes of bulk', async () => {
    await using sessions = await sessionPair({ connect: channelKinds['TCP']! })
    const bulk = sessions.client.openStream()
    const bulkPeer = await sessions.accepted()
    const echo = sessions.client.openStream()
    const echoPeer = await sessions.accepted()
    echoPeer.pipe(echoPeer)
    bulkPeer.resume()
    const poured = pour(bulk, BULK)
    let turns = 0
    while (!bulkPeer.readableEnded && turns < 1000) {
      echo.write('x')
      await once(echo, 'data')
      turns += 1
    }
    await poured
    // Two slabs, the window and what the kernel holds: at most about 2 MB of bulk for each turn.
    expect(turns).toBeGreaterThan(BULK / 2_000_000)
  })

  test('two bulk transfers progress side by side', async () => {
    await using sessions = await sessionPair({ connect: channelKinds['TCP']! })
    const streams = [sessions.client.openStream(), sessions.client.openStream()]
    const peers = [await sessions.accepted(), await sessions.accepted()]
    for (const peer of peers) peer.resume()
    const poured = streams.map((stream) => pour(stream, BULK / 2))
    await Promise.race(peers.map((peer) => once(peer, 'end')))
    const read = peers.map((peer) => peer.bytesRead)
    expect(Math.min(...read)).toBeGreaterThan(Math.max(...read) / 2)
    await Promise.all(poured)
  })
})
