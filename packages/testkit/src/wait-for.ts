import { setTimeout as pause } from 'node:timers/promises'

/** Between two looks: at first, at most, and as a share of the time waited so far. What takes long is not held up by being watched. */
const POLL_MS = 10
const MOST_POLL_MS = 250
const POLL_SHARE = 0.1

export interface WaitOptions {
  /** How long to wait at most, in milliseconds; default 30 s. */
  readonly timeoutMs?: number
  /** What is waited for, as the error says it: "the listener to open". */
  readonly description: string
}

/**
 * Polls an observable condition until it yields something other than false, null or undefined, and returns that. If it
 * throws it has not come true; the last error becomes the cause of the failure.
 */
export const waitFor = async <Value>(
  condition: () => Value | Promise<Value>,
  { timeoutMs = 30_000, description }: WaitOptions,
): Promise<NonNullable<Exclude<Value, false>>> => {
  const start = performance.now()
  let cause: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value !== false && value !== null && value !== undefined) return value as NonNullable<Exclude<Value, false>>
      cause = undefined
    } catch (error) {
      cause = error
    }
    const waited = performance.now() - start
    if (waited > timeoutMs) throw new Error(`waited ${timeoutMs} ms in vain for ${description}`, { cause })
    await pause(Math.min(MOST_POLL_MS, Math.max(POLL_MS, waited * POLL_SHARE)))
  }
}
