/**
 * Lets work run that nobody waits for and that is not supposed to reject. If it does, that is a defect of ours: it goes where
 * the program hears of unhandled rejections, and ends one connection at most.
 */
export const inBackground = (work: Promise<unknown>): void => {
  work.catch((error: unknown) => {
    process.emit('unhandledRejection', error, work)
  })
}
