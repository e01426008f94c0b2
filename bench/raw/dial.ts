/** The near half of the raw path: local connections become streams of one session. No ticket, no lease, no adapter. */
import { type AddressInfo, createServer } from 'node:net'
import { collectRarely, dialWebSocket, joinStreams, MuxSession } from '@sallyport/transport'
import { obeySignals, readSettings, targetPorts } from './programs.ts'

collectRarely()
const { key, cert, ca, identity, farPort = 0 } = readSettings()
const channel = await dialWebSocket({ host: '127.0.0.1', port: farPort, tls: { key, cert, ca }, expectedIdentity: identity })
const session = new MuxSession(channel, { role: 'client' })
void session.closed.then(() => process.exit(1))

const listen = (index: number): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const stream = session.openStream()
      stream.write(Buffer.of(index))
      void joinStreams(socket, stream)
    })
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => resolve((server.address() as AddressInfo).port))
  })

const ports = await Promise.all(targetPorts().map((_, index) => listen(index)))
process.stdout.write(`ready ${ports.join(' ')}\n`)
obeySignals()
