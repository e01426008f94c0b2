/** Syslog: messages of RFC 5424 over TLS (RFC 5425), each with its length before it. */
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import type { Deliver } from './delivery.ts'
import { lineOf, type SinkEvent } from './event.ts'

/** Facility 13, log audit; severity 5, notice: both of RFC 5424 §6.2.1. */
const PRIORITY = 13 * 8 + 5
const NIL = '-'
const BYTE_ORDER_MARK = '\u{feff}'

/** One message, framed by octet counting (RFC 5425 §4.3.1). */
export const frameOf = (event: SinkEvent): Buffer => {
  const { at, type } = event.entry
  const header = `<${PRIORITY}>1 ${new Date(at).toISOString()} ${NIL} sallyport ${NIL} ${type.slice(0, 32)} ${NIL}`
  const message = Buffer.from(`${header} ${BYTE_ORDER_MARK}${lineOf(event)}`)
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

const connected = async (socket: TLSSocket, signal: AbortSignal): Promise<void> => {
  await once(socket, 'secureConnect', { signal })
}

/**
 * The protocol has no acknowledgements. A connection carries one batch and is then closed from here; that the receiver closes it
 * too, in good order, says that it has read everything.
 */
export const deliverToSyslog: Deliver<'syslog'> = async ({ destination, batch, signal }, { outward }) => {
  const { host, port, certificates } = destination
  outward.demand(host)
  const socket = connect({
    host,
    port,
    servername: /^[\d.]+$|:/.test(host) ? '' : host,
    lookup: outward.lookup,
    minVersion: 'TLSv1.2',
    ...(certificates === '' ? {} : { ca: certificates }),
  })
  const failed = new Promise<never>((_, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('it closed the connection before it had everything')))
    signal.addEventListener('abort', () => reject(new Error('it did not take everything in time')), { once: true })
  })
  // Whoever waits for it hears of it; nobody does before or after.
  failed.catch(() => undefined)
  try {
    await Promise.race([connected(socket, signal), failed])
    const ended = once(socket, 'end')
    socket.resume()
    socket.end(Buffer.concat(batch.events.map(frameOf)))
    await Promise.race([ended, failed])
  } finally {
    socket.destroy()
  }
}
