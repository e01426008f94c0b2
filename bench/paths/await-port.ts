import { isListening, type Program, waitFor } from '@sallyport/testkit'

/** Waits until something listens there; quotes the program that should when nothing does. */
export const awaitPort = async (port: number, program: Program): Promise<void> => {
  try {
    await waitFor(() => isListening(port), { description: `port ${port}` })
  } catch (error) {
    throw new Error(program.describe(), { cause: error })
  }
}
