/** Writing to streams whose reader may go away: `sallyport audit | head` ends quietly. */

/** Ends the program when the reader of its output has gone: nobody is left to tell. */
export const endWhenReaderGoes = (stream: NodeJS.WriteStream, end: () => void): void => {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return end()
    throw error
  })
}

/** Resolves when the bytes are with the system, so that a fast writer waits for a slow reader. */
export const write = (stream: NodeJS.WriteStream, text: string): Promise<void> =>
  new Promise((resolve) => {
    stream.write(text, () => resolve())
  })
