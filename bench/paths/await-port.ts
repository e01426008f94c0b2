import { once } from 'node:events'
import { connect } from 'node:net'
import { type Program, waitFor } from '@sallyport/testkit'

/** Waits until something listens there; quotes the program that should when nothing does. */
export const awaitPort = async (port: number, program: Program): Promise<void> => {
  try {
    await waitFor(() => answers(port), { description: `port ${port}` })
  } catch (error) {
    throw new Error(program.describe(), { cause: error })
  }
}

const answers = async (port: number): Promise<boolean> => {
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
