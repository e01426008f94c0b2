/**
 * Who is behind a connection to a listener. Linux tells user and program; another user is refused: loopback ports are open to
 * everybody on the computer. Elsewhere the system does not tell.
 */
import type { Socket } from 'node:net'
import { type Caller, SallyportError } from '@sallyport/protocol'
import { findOwner } from './socket-owner.ts'
import { findSocket, type SocketEntry } from './socket-table.ts'
import { userNameOf } from './user-name.ts'

export type CallerIdentification = Caller | null

/** Throws `caller_refused`. */
export const identifyCaller = async (socket: Pick<Socket, 'localPort' | 'remotePort'>): Promise<CallerIdentification> => {
  if (process.platform !== 'linux') return null
  const { localPort, remotePort } = socket
  const entry = localPort === undefined || remotePort === undefined ? null : await findPeer(remotePort, localPort)
  if (entry === null) {
    // Fails closed: nobody is known to stand at the other end.
    throw new SallyportError('caller_refused', { message: 'The system does not tell who opened this connection.' })
  }
  if (entry.uid !== process.getuid?.()) {
    throw new SallyportError('caller_refused', { cause: new Error(`a connection of ${await userNameOf(entry.uid)}`) })
  }
  const [owner, user] = await Promise.all([findOwner(entry), userNameOf(entry.uid)])
  return owner === null ? { program: 'unknown', user, pid: 0 } : { ...owner, user }
}

/** The peer's own socket: its local port is our remote one. */
const findPeer = async (peerPort: number, ownPort: number): Promise<SocketEntry | null> =>
  (await findSocket({ localPort: peerPort, remotePort: ownPort })) ??
  // The table is read in pieces and may miss a socket when others close meanwhile: once more.
  findSocket({ localPort: peerPort, remotePort: ownPort })
