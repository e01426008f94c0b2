import type { MuxSessionOptions } from '../mux/options.ts'
import { MuxSession } from '../mux/session.ts'
import type { MuxStream } from '../mux/stream.ts'
import { type ChannelPair, memoryPair } from './channels.ts'

type SideOptions = Omit<MuxSessionOptions, 'role'>

export interface SessionPair extends AsyncDisposable {
  readonly client: MuxSession
  readonly server: MuxSession
  readonly pair: ChannelPair
  /** The next stream that the client opened, in order; also one that came before the call. */
  accepted(): Promise<MuxStream>
}

/** Two sessions that talk to each other. Streams of the client are kept for {@link SessionPair.accepted}. */
export async function sessionPair(options: {
  readonly connect?: () => Promise<ChannelPair>
  readonly client?: SideOptions
  readonly server?: SideOptions
}): Promise<SessionPair> {
  const pair = await (options.connect ?? memoryPair)()
  const streams: MuxStream[] = []
  const waiting: ((stream: MuxStream) => void)[] = []
  const onStream = (stream: MuxStream): void => {
    const next = waiting.shift()
    if (next === undefined) streams.push(stream)
    else next(stream)
  }
  const server = new MuxSession(pair.server, { role: 'server', onStream, ...options.server })
  const client = new MuxSession(pair.client, { role: 'client', ...options.client })
  return {
    client,
    server,
    pair,
    accepted: () =>
      new Promise((resolve) => {
        const stream = streams.shift()
        if (stream === undefined) waiting.push(resolve)
        else resolve(stream)
      }),
    [Symbol.asyncDispose]: async () => {
      client.close()
      server.close()
      await pair.close()
    },
  }
}
