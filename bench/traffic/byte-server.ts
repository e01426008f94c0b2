/** The far end of raw byte measurements, a process of its own: sends, swallows or echoes as each connection commands. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { pourFor } from './pour.ts'
import { COMMAND_LENGTH, decodeCommand } from './command.ts'

const drain = (socket: Socket, already: number): void => {
  let bytes = already
  socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  socket.once('end', () => {
    const answer = Buffer.alloc(8)
    answer.writeBigUInt64BE(BigInt(bytes))
    socket.end(answer)
  })
}

const echo = (socket: Socket, already: Buffer): void => {
  if (already.length > 0) socket.write(already)
  socket.on('data', (chunk) => void socket.write(chunk))
  socket.once('end', () => socket.end())
}

const serve = (socket: Socket, head: Buffer): void => {
  const { kind, milliseconds } = decodeCommand(head.subarray(0, COMMAND_LENGTH))
  const rest = head.subarray(COMMAND_LENGTH)
  switch (kind) {
    case 'S':
      socket.resume()
      pourFor(socket, milliseconds).then(
        () => socket.end(),
        () => socket.destroy(),
      )
      return
    case 'D':
      drain(socket, rest.length)
      return
    case 'E':
      echo(socket, rest)
  }
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  let head = Buffer.alloc(0)
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    if (head.length < COMMAND_LENGTH) return
    socket.off('data', onHead)
    try {
      serve(socket, head)
    } catch {
      socket.destroy()
    }
  }
  socket.on('error', () => socket.destroy())
  socket.on('data', onHead)
})
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`)
})
process.once('SIGTERM', () => process.exit(0))
