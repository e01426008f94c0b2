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
    take: async (wanted = () => true, limit = 10_000) => {
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
