/** A peer that writes frames by hand, to break the rules with. */
import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { FrameDecoder, type FrameHeader, HEADER_LENGTH, writeHeader } from '@sallyport/protocol/yamux'
import { waitFor } from '@sallyport/testkit'
import { duplexChannel } from '../channel/duplex-channel.ts'
import type { MuxSessionOptions } from '../mux/options.ts'
import { MuxSession } from '../mux/session.ts'
import type { MuxStream } from '../mux/stream.ts'

export interface RawPeer extends AsyncDisposable {
  readonly session: MuxSession
  /** Streams that the session accepted from this peer. */
  readonly streams: MuxStream[]
  /** Frames that the session sent, pings left out. */
  readonly received: FrameHeader[]
  send(header: FrameHeader, payload?: Buffer): void
  sendBytes(bytes: Buffer): void
  /** The first frame, past or future, with these fields. */
  frame(wanted: Partial<FrameHeader>): Promise<FrameHeader>
  /** Stops reading what the session sends. */
  pause(): void
  end(): void
}

export function rawPeer(options: Partial<MuxSessionOptions> = {}, takesStreams = true): RawPeer {
  const [ours, theirs] = duplexPair()
  const streams: MuxStream[] = []
  const received: FrameHeader[] = []
  const decoder = new FrameDecoder({
    onHeader: (header) => {
      if (header.type !== 2) received.push(header)
    },
    onPayload: () => undefined,
    onFrameEnd: () => undefined,
  })
  ours.on('data', (chunk: Buffer) => decoder.push(chunk))
  ours.on('end', () => ours.end())
  const consumer = takesStreams ? { onStream: (stream: MuxStream) => void streams.push(stream) } : {}
  const session = new MuxSession(duplexChannel(theirs), { role: 'server', ...consumer, ...options })
  return {
    session,
    streams,
    received,
    send: (header, payload = Buffer.alloc(0)) => sendFrame(ours, header, payload),
    sendBytes: (bytes) => ours.write(bytes),
    frame: (wanted) =>
      waitFor(() => received.find((header) => matches(header, wanted)), {
        description: `a frame like ${JSON.stringify(wanted)}`,
      }),
    pause: () => ours.pause(),
    end: () => ours.end(),
    [Symbol.asyncDispose]: async () => {
      session.close()
      if (!ours.closed) {
        const closed = once(ours, 'close')
        ours.destroy()
        await closed
      }
    },
  }
}

function sendFrame(to: Duplex, header: FrameHeader, payload: Buffer): void {
  const bytes = Buffer.alloc(HEADER_LENGTH + payload.length)
  writeHeader(bytes, 0, header)
  payload.copy(bytes, HEADER_LENGTH)
  to.write(bytes)
}

function matches(header: FrameHeader, wanted: Partial<FrameHeader>): boolean {
  return Object.entries(wanted).every(([field, value]) => header[field as keyof FrameHeader] === value)
}
