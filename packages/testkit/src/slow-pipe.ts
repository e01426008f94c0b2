/** A TCP proxy on loopback that behaves like a bad network. */
import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { delayLine } from './delay-line.ts'

export interface LinkQuality {
  /** One way, in milliseconds; a round trip takes twice that. */
  readonly delayMs?: number
  /** Bytes per second in each direction; default: unlimited. */
  readonly bytesPerSecond?: number
  /**
   * The share of packets (of 1,460 bytes) that are lost, 0 to 1. TCP sends them again, so what is seen is a stall of
   * everything behind them: 200 ms, the least retransmission timeout on Linux, and a round trip.
   */
  readonly loss?: number
}

export interface SlowPipeOptions extends LinkQuality {
  readonly target: { readonly host: string; readonly port: number }
  /** The port to listen on; default: any free one. */
  readonly port?: number
}

export interface SlowPipe {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Bytes that arrived from both sides so far. */
  readonly bytes: number
  /** Connections that are open now. */
  readonly connections: number
  /** Changes the quality for what is sent from now on. */
  set(quality: LinkQuality): void
  /** Resets all connections, as a middlebox that forgot them does; new ones are welcome. */
  cut(): void
  /**
   * Lets nothing through in either direction without telling anybody, as a pulled cable does, until `heal`. Unlike with a
   * cable a new connection is still accepted; it gets no answer.
   */
  partition(): void
  heal(): void
  close(): Promise<void>
}

/** Starts the proxy on 127.0.0.1. */
export const slowPipe = async ({ target, port = 0, ...initial }: SlowPipeOptions): Promise<SlowPipe> => {
  let quality: LinkQuality = initial
  let isPartitioned = false
  let bytes = 0
  const wakers = new Set<() => void>()
  const untold: (() => void)[] = []
  const sockets = new Set<Socket>()
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }

  /** That one side is gone reaches the other only if anything does. */
  const tell = (news: () => void): void => {
    if (isPartitioned) untold.push(news)
    else news()
  }

  const join = (from: Socket, to: Socket): void => {
    const line = delayLine({
      from,
      to,
      quality: () => quality,
      isPartitioned: () => isPartitioned,
      onBytes: (count) => (bytes += count),
    })
    wakers.add(line.wake)
    to.once('close', () => {
      line.stop()
      wakers.delete(line.wake)
    })
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ ...target, allowHalfOpen: true, noDelay: true })
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => tell(() => other.resetAndDestroy()))
      socket.once('close', () => {
        sockets.delete(socket)
        if (!socket.readableEnded) tell(() => other.destroy())
      })
    }
    join(near, far)
    join(far, near)
  })
  await new Promise<void>((settle, fail) => server.once('error', fail).listen(port, '127.0.0.1', settle))

  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get bytes() {
      return bytes
    },
    get connections() {
      return sockets.size / 2
    },
    set: (changed) => {
      quality = changed
    },
    cut: reset,
    partition: () => {
      isPartitioned = true
    },
    heal: () => {
      isPartitioned = false
      for (const wake of wakers) wake()
      for (const news of untold.splice(0)) news()
    },
    close: () => {
      reset()
      for (const news of untold.splice(0)) news()
      return new Promise((settle) => server.close(() => settle()))
    },
  }
}
