/** Records what really crosses the loopback interface. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { killWithParent } from './kill-with-parent.ts'
import { findProgram } from './programs.ts'
import { waitFor } from './wait-for.ts'

export interface PacketCapture {
  readonly kind: 'running'
  /**
   * Ends it and returns a pcap file that holds every packet sent before this call. Rejects if any was dropped: such a
   * capture proves nothing about what is not in it.
   */
  stop(): Promise<Buffer>
}

export interface NoPacketCapture {
  readonly kind: 'unavailable'
  readonly reason: string
}

const START_MS = 30_000
const BUFFER_KIBIBYTES = 64 * 1024

const loopback = process.platform === 'darwin' ? 'lo0' : 'lo'

/** Captures the TCP traffic of these ports on the loopback interface with tcpdump, which mostly takes root. */
export const packetCapture = async (ports: readonly number[]): Promise<PacketCapture | NoPacketCapture> => {
  const tcpdump = findProgram('tcpdump')
  if (tcpdump === null) return { kind: 'unavailable', reason: 'needs tcpdump' }
  const marker = createSocket('udp4').bind(0, '127.0.0.1')
  await once(marker, 'listening')
  const markerPort = (marker.address() as AddressInfo).port
  const filter = [...ports.map((port) => `tcp port ${port}`), `udp port ${markerPort}`].join(' or ')
  const options = ['-i', loopback, '-n', '-s', '0', '-U', '--immediate-mode', '-B', String(BUFFER_KIBIBYTES), '-w', '-']
  const child = spawn(tcpdump, [...options, filter], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const packets: Buffer[] = []
  let messages = ''
  child.stdout.on('data', (chunk: Buffer) => packets.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => (messages += chunk.toString()))
  const ended = new Promise<void>((settle) => child.once('close', () => settle()).once('error', () => settle()))
  void ended.then(killWithParent(child.pid ?? 0))

  const started = waitFor(() => messages.includes('listening on'), { timeoutMs: START_MS, description: 'tcpdump to listen' })
  const isRunning = await Promise.race([started.catch(() => false), ended.then(() => false)])
  if (isRunning === false) {
    child.kill()
    marker.close()
    return { kind: 'unavailable', reason: `tcpdump is not permitted here: ${messages.trim()}` }
  }

  return {
    kind: 'running',
    stop: async () => {
      const last = randomBytes(32)
      let looked = Math.max(0, packets.length - 1)
      marker.send(last, markerPort, '127.0.0.1')
      const isCaptured = (): boolean => {
        const from = looked
        // It may lie across the end of what came last.
        looked = Math.max(0, packets.length - 1)
        return Buffer.concat(packets.slice(from)).includes(last)
      }
      await waitFor(isCaptured, { description: 'the last packet to be captured', timeoutMs: 60_000 })
      child.kill('SIGINT')
      await ended
      marker.close()
      const dropped = Number(/(\d+) packets? dropped by kernel/.exec(messages)?.[1] ?? 0)
      if (dropped > 0) throw new Error(`${dropped} packets are missing from the capture`)
      return Buffer.concat(packets)
    },
  }
}
