import type { Socket } from 'node:net'

const chunk = Buffer.alloc(262_144, 'sallyport')

/** Writes to a socket as fast as it takes it, for so many milliseconds. Rejects when it closes meanwhile. */
export const pourFor = (socket: Socket, milliseconds: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = performance.now() + milliseconds
    const pour = (): void => {
      while (performance.now() < end) if (!socket.write(chunk)) return
      socket.off('drain', pour)
      resolve()
    }
    socket.on('drain', pour)
    socket.once('close', () => reject(new Error('the connection closed in the middle of a transfer')))
    pour()
  })
