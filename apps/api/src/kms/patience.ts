/** How long and how often a key management service is asked. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, SallyportError } from '@sallyport/protocol'

export interface Patience {
  /** Milliseconds for one call. */
  readonly call: number
  /** Milliseconds for all of them together, pauses included. */
  readonly deadline: number
  /** Milliseconds of the longest first pause; each further one may be twice as long. */
  readonly pause: number
  /** Milliseconds since any fixed moment. */
  readonly clock: () => number
  /** 0 to 1. */
  readonly random: () => number
  /** Calls `late` after so many milliseconds, unless what it returned was called before. */
  readonly alarm: (milliseconds: number, late: () => void) => () => void
}

const ring = (milliseconds: number, late: () => void): (() => void) => {
  const timer = setTimeout(late, milliseconds)
  return () => clearTimeout(timer)
}

export const usualPatience: Patience = {
  call: 3_000,
  deadline: 8_000,
  pause: 100,
  clock: () => performance.now(),
  random: Math.random,
  alarm: ring,
}

const MAX_CALLS = 5

/** Errors that another try may cure: clients take on the time of the service that corrects them. */
const transient: ReadonlySet<ErrorCode> = new Set(['kms_unreachable', 'kms_slow', 'kms_throttled', 'kms_clock_wrong'])

const once = async <Result>(
  { alarm, limit }: { readonly alarm: Patience['alarm']; readonly limit: number },
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const late = new AbortController()
  const inTime = alarm(limit, () => late.abort())
  const overdue = Promise.withResolvers<never>()
  late.signal.addEventListener('abort', () => overdue.reject(new SallyportError('kms_slow')), { once: true })
  try {
    return await Promise.race([call(late.signal), overdue.promise])
  } catch (error) {
    if (late.signal.aborted) throw new SallyportError('kms_slow', { cause: error })
    throw error
  } finally {
    inTime()
  }
}

/** Pauses grow at random lengths (full jitter), so that many who failed together do not come back together. */
export const patiently = async <Result>(patience: Patience, call: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
  const end = patience.clock() + patience.deadline
  for (let calls = 1; ; calls++) {
    try {
      const limit = Math.max(1, Math.min(patience.call, end - patience.clock()))
      return await once({ alarm: patience.alarm, limit }, call)
    } catch (error) {
      const curable = error instanceof SallyportError && transient.has(error.code)
      const pause = patience.random() * patience.pause * 2 ** (calls - 1)
      if (!curable || calls === MAX_CALLS || patience.clock() + pause >= end) throw error
      await sleep(pause)
    }
  }
}
