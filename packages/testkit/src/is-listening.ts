import { once } from 'node:events'
import { connect } from 'node:net'

/** Whether something accepts connections on this TCP port of 127.0.0.1 now. */
export const isListening = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
