import { setTimeout as pause } from 'node:timers/promises'

/** Values that arrive some time: what a test waits for, instead of sleeping. */
export interface Inbox<Value> {
  readonly put: (value: Value) => void
  /** The first value that arrived or arrives and is wanted; others before it are dropped. Throws after `limit` milliseconds. */
  readonly take: (wanted?: (value: Value) => boolean, limit?: number) => Promise<Value>
  /** What arrived and was not taken. */
  readonly waiting: readonly Value[]
}

export const inbox = <Value>(): Inbox<Value> => {
  const waiting: Value[] = []
  let arrived = Promise.withResolvers<void>()
  return {
    waiting,
    put: (value) => {
      waiting.push(value)
      arrived.resolve()
    },
    take: async (wanted = () => true, limit = 30_000) => {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => late.reject(new Error(`nothing wanted arrived within ${limit} ms`)), limit)
      try {
        for (;;) {
          while (waiting.length > 0) {
            const value = waiting.shift()!
            if (wanted(value)) return value
          }
          arrived = Promise.withResolvers()
          await Promise.race([arrived.promise, late.promise])
        }
      } finally {
        clearTimeout(timer)
        late.promise.catch(() => undefined)
      }
    },
  }
}

/** Asks until the answer is something other than false, null or undefined. Throws after `limit` milliseconds. */
export const until = async <Value>(ask: () => Promise<Value>, limit = 30_000): Promise<NonNullable<Exclude<Value, false>>> => {
  const end = performance.now() + limit
  for (;;) {
    const value = await ask()
    if (value !== false && value !== null && value !== undefined) return value as NonNullable<Exclude<Value, false>>
    if (performance.now() > end) throw new Error(`asked in vain for ${limit} ms`)
    await pause(10)
  }
}
