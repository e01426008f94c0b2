/**
 * Puts the TCP streams of a capture together again, so that what is looked for is found across packet borders.
 *
 *     pcap header   24 bytes: magic (4), version (4), zone (4), accuracy (4), snap length (4), link type (4)
 *     each packet   16 bytes: seconds, microseconds, captured length, original length; then the packet
 *
 * https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html, RFC 791 §3.1 (IPv4), RFC 9293 §3.1 (TCP)
 */

const FILE_HEADER_BYTES = 24
const PACKET_HEADER_BYTES = 16
const MAGIC_LITTLE_ENDIAN = 0xa1b2c3d4
const TCP = 6
const SYN = 0x02

/** Bytes before the IP header by link type: BSD loopback and Ethernet. */
const linkHeaderBytes: Readonly<Record<number, number>> = { 0: 4, 1: 14 }

interface Segment {
  readonly flow: string
  readonly sequence: number
  readonly payload: Buffer
  readonly isFirst: boolean
}

const readSegment = (packet: Buffer): Segment | null => {
  if (packet.length < 20 || packet.readUInt8(0) >> 4 !== 4 || packet.readUInt8(9) !== TCP) return null
  const ipBytes = (packet.readUInt8(0) & 0x0f) * 4
  const tcp = packet.subarray(ipBytes, packet.readUInt16BE(2) || packet.length)
  const address = (offset: number): string => packet.subarray(offset, offset + 4).join('.')
  return {
    flow: `${address(12)}:${tcp.readUInt16BE(0)} > ${address(16)}:${tcp.readUInt16BE(2)}`,
    sequence: tcp.readUInt32BE(4),
    isFirst: (tcp.readUInt8(13) & SYN) !== 0,
    payload: tcp.subarray((tcp.readUInt8(12) >> 4) * 4),
  }
}

function* readPackets(capture: Buffer): Generator<Buffer> {
  if (capture.readUInt32LE(0) !== MAGIC_LITTLE_ENDIAN) throw new Error('not a pcap file of this machine')
  const skipped = linkHeaderBytes[capture.readUInt32LE(20)]
  if (skipped === undefined) throw new Error(`unknown link type ${capture.readUInt32LE(20)}`)
  let offset = FILE_HEADER_BYTES
  while (offset + PACKET_HEADER_BYTES <= capture.length) {
    const start = offset + PACKET_HEADER_BYTES
    const end = start + capture.readUInt32LE(offset + 8)
    yield capture.subarray(start + skipped, end)
    offset = end
  }
}

/** Distance of two sequence numbers, which wrap around at 2³² (RFC 9293 §3.4). */
const distance = (from: number, to: number): number => (to - from) | 0

const assemble = (segments: readonly Segment[]): Buffer => {
  const first = segments.find(({ isFirst }) => isFirst) ?? segments[0]
  if (first === undefined) return Buffer.alloc(0)
  const base = first.isFirst ? first.sequence + 1 : first.sequence
  const withPayload = segments.filter(({ payload }) => payload.length > 0)
  const ordered = withPayload.toSorted((one, other) => distance(base, one.sequence) - distance(base, other.sequence))
  const parts: Buffer[] = []
  let next = 0
  for (const { sequence, payload } of ordered) {
    const known = next - distance(base, sequence)
    if (known >= payload.length) continue
    parts.push(payload.subarray(Math.max(0, known)))
    next = distance(base, sequence) + payload.length
  }
  return Buffer.concat(parts)
}

/** The bytes of each direction of each IPv4 TCP connection in a capture, by `address:port > address:port`. */
export const capturedStreams = (capture: Buffer): Map<string, Buffer> => {
  const flows = new Map<string, Segment[][]>()
  for (const packet of readPackets(capture)) {
    const segment = readSegment(packet)
    if (segment === null) continue
    const connections = flows.get(segment.flow) ?? []
    const current = connections.at(-1)
    if (current === undefined || (segment.isFirst && current.some(({ sequence }) => sequence !== segment.sequence))) {
      connections.push([segment])
    } else {
      current.push(segment)
    }
    flows.set(segment.flow, connections)
  }
  return new Map([...flows].map(([flow, connections]) => [flow, Buffer.concat(connections.map(assemble))]))
}
