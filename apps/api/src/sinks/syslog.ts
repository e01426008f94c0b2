/** Syslog: messages of RFC 5424 over TLS (RFC 5425), each with its length before it. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import type { Deliver } from './delivery.ts'
import { lineOf, type SinkEvent, timeOf, typeOf } from './event.ts'

/** Facility 13, log audit; severity 5, notice: both of RFC 5424 §6.2.1. */
const PRIORITY = 13 * 8 + 5
const NIL = '-'
const BYTE_ORDER_MARK = '\u{feff}'

/** One message, framed by octet counting (RFC 5425 §4.3.1). */
export const frameOf = (event: SinkEvent): Buffer => {
  const header = `<${PRIORITY}>1 ${new Date(timeOf(event)).toISOString()} ${NIL} sallyport ${NIL} ${typeOf(event).slice(0, 32)} ${NIL}`
  const message = Buffer.from(`${header} ${BYTE_ORDER_MARK}${lineOf(event)}`)
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

/**
 * Milliseconds for which a receiver that has been sent everything may still hang up: it has not taken it then. Longer at first: a
 * receiver that does not like who sends says so only after the handshake (RFC 8446 §4.4.2), when it has got round to it.
 */
const FIRST_QUIET = 1_000
const QUIET = 250

const send = (socket: TLSSocket, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()))
  })

/**
 * The protocol has no acknowledgements. A connection carries one batch and is closed from here, when the receiver had time to hang
 * up and did not; that it then closes its side in good order says that it has read everything.
 */
export const deliverToSyslog: Deliver<'syslog'> = async ({ destination, secret, batch, begins, signal }, { outward }) => {
  const { host, port, certificates } = destination
  if (secret !== null && secret.kind !== 'client-certificate') throw new Error('what it has is no certificate')
  outward.demand(host)
  const socket = connect({
    host,
    port,
    servername: /^[\d.]+$|:/.test(host) ? '' : host,
    lookup: outward.lookup,
    minVersion: 'TLSv1.2',
    ...(certificates === '' ? {} : { ca: certificates }),
    // RFC 5425 §4.2.1: receivers may ask for it.
    ...(secret === null ? {} : { cert: secret.certificate, key: secret.key }),
  })
  let isEnding = false
  const failed = new Promise<never>((_, reject) => {
    const hungUp = (): void => {
      if (!isEnding) reject(new Error('it closed the connection before it had everything'))
    }
    socket.on('error', reject).once('end', hungUp).once('close', hungUp)
    signal.addEventListener('abort', () => reject(new Error('it did not take everything in time')), { once: true })
  })
  // Whoever waits for it hears of it; nobody does before or after.
  failed.catch(() => undefined)
  try {
    await Promise.race([once(socket, 'secureConnect', { signal }), failed])
    socket.resume()
    await Promise.race([send(socket, Buffer.concat(batch.events.map(frameOf))), failed])
    await Promise.race([sleep(begins ? FIRST_QUIET : QUIET), failed])
    isEnding = true
    const closed = once(socket, 'close')
    socket.end()
    await Promise.race([closed, failed])
  } finally {
    socket.destroy()
  }
}
