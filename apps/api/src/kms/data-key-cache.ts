/** Opened data keys for a short while, so that a burst of unlocks of one secret asks the service once. */

/** Each is 32 bytes; the oldest goes first. */
const MAX_ENTRIES = 1024

interface Entry {
  readonly key: Uint8Array
  readonly until: number
}

export interface DataKeyCache {
  /** A copy for the caller to overwrite; asks when there is none, or it is too old. */
  get(name: string, ask: () => Promise<Uint8Array>): Promise<Uint8Array>
  /** Overwrites all of them. */
  clear(): void
}

/** `maxAge`: milliseconds after the service opened it; 0: nothing is kept. An entry is never prolonged by its use. */
export const dataKeyCache = ({ maxAge, clock }: { readonly maxAge: number; readonly clock: () => number }): DataKeyCache => {
  const entries = new Map<string, Entry>()
  let era = 0

  const drop = (name: string, entry: Entry): void => {
    entry.key.fill(0)
    entries.delete(name)
  }
  const dropOld = (now: number): void => {
    for (const [name, entry] of entries) {
      // In the order in which they came: behind the first that is young enough are younger ones.
      if (entry.until > now && entries.size <= MAX_ENTRIES) return
      drop(name, entry)
    }
  }
  return {
    async get(name, ask) {
      if (maxAge === 0) return ask()
      dropOld(clock())
      const known = entries.get(name)
      if (known) return Uint8Array.from(known.key)
      const [asked, before] = [clock(), era]
      const key = await ask()
      const other = entries.get(name)
      if (other) drop(name, other)
      // What was asked for before everything was forgotten is used once and not kept.
      if (era === before) entries.set(name, { key: Uint8Array.from(key), until: asked + maxAge })
      return key
    },
    clear() {
      era += 1
      for (const [name, entry] of entries) drop(name, entry)
    },
  }
}
