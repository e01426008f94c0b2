import { setTimeout as pause } from 'node:timers/promises'

const POLL_MS = 10

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
  const end = performance.now() + timeoutMs
  let cause: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value !== false && value !== null && value !== undefined) return value as NonNullable<Exclude<Value, false>>
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain for ${description}`, { cause })
    await pause(POLL_MS)
  }
}
