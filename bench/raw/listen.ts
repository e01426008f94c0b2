/** The far half of the raw path: each stream names one of a few ports of this machine and is joined to it. */
import { connect } from 'node:net'
import { collectRarely, joinStreams, listenWebSocket, MuxSession, type MuxStream } from '@sallyport/transport'
import { obeySignals, readSettings, targetPorts } from './programs.ts'

collectRarely()
const { key, cert, ca } = readSettings()
const targets = targetPorts()

const forward = (stream: MuxStream): void => {
  stream.once('readable', () => {
    const head = stream.read(1) as Buffer | null
    const port = head === null ? undefined : targets[head[0]!]
    if (port === undefined) stream.destroy()
    else void joinStreams(connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true }), stream)
  })
}

const listener = await listenWebSocket<null>({
  host: '127.0.0.1',
  port: 0,
  tls: { key, cert, ca },
  authorize: () => Promise.resolve({ ok: true, context: null }),
  onConnection: (channel) => void new MuxSession(channel, { role: 'server', onStream: forward }),
})
process.stdout.write(`ready ${listener.port}\n`)
obeySignals()
