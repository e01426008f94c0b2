/** One direction of a slow pipe: what comes in goes out later, in order, half-close included. */
import type { Socket } from 'node:net'
import type { LinkQuality } from './slow-pipe.ts'

/** What may be under way in one direction before the sender is held back. */
const MAX_IN_FLIGHT_BYTES = 8 * 1024 * 1024

/** What one packet carries over Ethernet. */
const PACKET_BYTES = 1460

/** The least retransmission timeout on Linux (TCP_RTO_MIN). */
const RETRANSMISSION_MS = 200

export interface DelayLineOptions {
  readonly from: Socket
  readonly to: Socket
  readonly quality: () => LinkQuality
  readonly isPartitioned: () => boolean
  readonly onBytes: (count: number) => void
}

export interface DelayLine {
  /** Call it when a partition has healed. */
  wake(): void
  stop(): void
}

/** null: the end of the stream. */
interface Parcel {
  readonly bytes: Buffer | null
  /** When it arrives on the other side, on the clock of performance.now(). */
  readonly due: number
}

/** Carries everything from one socket to the other until stopped. */
export const delayLine = ({ from, to, quality, isPartitioned, onBytes }: DelayLineOptions): DelayLine => {
  const queue: Parcel[] = []
  let inFlight = 0
  let linkFreeAt = 0
  let lastDue = 0
  let timer: NodeJS.Timeout | undefined
  let waitsForDrain = false

  const schedule = (size: number): number => {
    const { delayMs = 0, bytesPerSecond, loss = 0 } = quality()
    const now = performance.now()
    linkFreeAt = Math.max(now, linkFreeAt) + (bytesPerSecond === undefined ? 0 : (size / bytesPerSecond) * 1000)
    const packets = Math.ceil(size / PACKET_BYTES)
    const isLost = loss > 0 && Math.random() > (1 - loss) ** packets
    lastDue = Math.max(lastDue, linkFreeAt + delayMs + (isLost ? RETRANSMISSION_MS + 2 * delayMs : 0))
    return lastDue
  }

  const deliver = (): void => {
    clearTimeout(timer)
    timer = undefined
    while (!isPartitioned() && !waitsForDrain) {
      const parcel = queue[0]
      if (parcel === undefined) return
      const early = parcel.due - performance.now()
      if (early > 0) {
        timer = setTimeout(deliver, early)
        return
      }
      queue.shift()
      if (parcel.bytes === null) {
        to.end()
        return
      }
      inFlight -= parcel.bytes.length
      if (from.isPaused() && inFlight < MAX_IN_FLIGHT_BYTES) from.resume()
      if (!to.write(parcel.bytes)) {
        waitsForDrain = true
        to.once('drain', () => {
          waitsForDrain = false
          deliver()
        })
      }
    }
  }

  from.on('data', (chunk: Buffer) => {
    onBytes(chunk.length)
    inFlight += chunk.length
    queue.push({ bytes: chunk, due: schedule(chunk.length) })
    if (inFlight >= MAX_IN_FLIGHT_BYTES) from.pause()
    if (timer === undefined) deliver()
  })
  from.once('end', () => {
    queue.push({ bytes: null, due: schedule(0) })
    if (timer === undefined) deliver()
  })

  return {
    wake: deliver,
    stop: () => clearTimeout(timer),
  }
}
