/** How long and how often a store is asked, while a person waits for a connection. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, SallyportError } from '@sallyport/protocol'

export interface Patience {
  /** Milliseconds for one try. */
  readonly call: number
  /** Milliseconds for all of them together, pauses included. */
  readonly deadline: number
  /** Milliseconds of the longest first pause; each further one may be twice as long. */
  readonly pause: number
}

export const usualPatience: Patience = { call: 5_000, deadline: 10_000, pause: 150 }

const MAX_CALLS = 4

/** Errors that another try may cure. */
const transient: ReadonlySet<ErrorCode> = new Set(['store_unreachable', 'store_slow', 'store_throttled'])

/** What does not listen to the signal is not waited for. */
const once = async <Result>(limit: number, call: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
  const late = new AbortController()
  const overdue = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.abort()
    overdue.reject(new SallyportError('store_slow'))
  }, limit)
  try {
    return await Promise.race([call(late.signal), overdue.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Pauses grow at random lengths (full jitter), so that many who failed together do not come back together. */
export const patiently = async <Result>(patience: Patience, call: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
  const end = performance.now() + patience.deadline
  for (let calls = 1; ; calls++) {
    try {
      return await once(Math.max(1, Math.min(patience.call, end - performance.now())), call)
    } catch (error) {
      const curable = error instanceof SallyportError && transient.has(error.code)
      const pause = Math.random() * patience.pause * 2 ** (calls - 1)
      if (!curable || calls === MAX_CALLS || performance.now() + pause >= end) throw error
      await sleep(pause)
    }
  }
}
