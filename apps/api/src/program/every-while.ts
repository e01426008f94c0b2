/** Asks again and again in the background, so that what is known is known without asking. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Watching {
  /** Does not wait for what is being asked. */
  close(): void
}

/** `ask` says how many milliseconds to wait until it is called again, and never throws. */
export const everyWhile = (ask: () => Promise<number>): Watching => {
  const stopping = new AbortController()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const pause = await ask()
      await sleep(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => {})
    }
  }
  run().catch(() => stopping.abort())
  return { close: () => stopping.abort() }
}
