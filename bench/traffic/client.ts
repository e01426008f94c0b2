/** The near end of raw byte measurements: what a tool would do on a port of this machine. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { encodeCommand } from './command.ts'
import { pourFor } from './pour.ts'

const shared = Buffer.alloc(262_144)

export interface Transfer {
  readonly bytes: number
  readonly seconds: number
}

const open = async (port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

/** Takes bytes for so long, from the request to the end of the stream. */
export const download = (port: number, milliseconds: number): Promise<Transfer> =>
  new Promise((resolve, reject) => {
    let bytes = 0
    const started = performance.now()
    const socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (count) => {
          bytes += count
          return true
        },
      },
    })
    socket.once('connect', () => void socket.write(encodeCommand('S', milliseconds)))
    socket.once('error', reject)
    socket.once('end', () => {
      if (bytes === 0) reject(new Error('the far end sent nothing'))
      else resolve({ bytes, seconds: (performance.now() - started) / 1000 })
    })
  })

/** Sends bytes for so long, from the first to the far end's word that it got the last. */
export const upload = async (port: number, milliseconds: number): Promise<Transfer> => {
  const socket = await open(port)
  const started = performance.now()
  socket.write(encodeCommand('D'))
  const answer: Buffer[] = []
  socket.on('data', (chunk: Buffer) => answer.push(chunk))
  await pourFor(socket, milliseconds)
  socket.end()
  await once(socket, 'end')
  const seconds = (performance.now() - started) / 1000
  return { bytes: Number(Buffer.concat(answer).readBigUInt64BE()), seconds }
}

/** A connection to the echo that has proven itself with one byte. */
export const openEcho = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed before the first echo')))
    socket.once('data', () => resolve(socket))
    // Command and first byte at once, as a tool that has something to say.
    socket.write(Buffer.concat([encodeCommand('E'), Buffer.from('!')]))
  })

/** Milliseconds of each round trip of one byte, one after the other with a pause between them, for so long. */
export const echoTimes = async (port: number, milliseconds: number): Promise<number[]> => {
  const socket = await openEcho(port)
  const times: number[] = []
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    const started = performance.now()
    socket.write('!')
    await once(socket, 'data')
    times.push(performance.now() - started)
    await new Promise((resolve) => setTimeout(resolve, ECHO_PAUSE_MS))
  }
  socket.destroy()
  return times
}

const ECHO_PAUSE_MS = 4

/** Connections, each with one byte there and back, so many side by side; per second. */
export const connectRate = async (port: number, options: { clients: number; milliseconds: number }): Promise<number> => {
  const started = performance.now()
  const end = started + options.milliseconds
  let done = 0
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const socket = await openEcho(port)
      socket.destroy()
      done += 1
    }
  }
  await Promise.all(Array.from({ length: options.clients }, client))
  return done / ((performance.now() - started) / 1000)
}
