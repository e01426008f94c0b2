/**
 * Where the cancel secrets that adapters mint are found again: per session and credential, across all connections of that
 * session here. Keys are looked up by their HMAC under a key of this process, so that the time of a look-up says nothing about
 * how much of a guessed key is right.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { CancelRegistry } from '../adapters/adapter.ts'

/** Connections of one session and credential that can be cancelled. */
const MAX_ENTRIES = 4096

type Cancel = () => Promise<void>

export class Cancels {
  readonly #secret = randomBytes(32)
  readonly #scopes = new Map<string, Map<string, Cancel>>()

  /** The registry as connections of one session and credential see it. */
  scope(session: string, credential: string): CancelRegistry {
    const name = `${session} ${credential}`
    return {
      register: (key, cancel) => this.#register(name, this.#digest(key), cancel),
      cancel: async (key) => {
        const cancel = this.#scopes.get(name)?.get(this.#digest(key))
        if (cancel === undefined) return false
        await cancel()
        return true
      },
    }
  }

  #register(name: string, digest: string, cancel: Cancel): () => void {
    const entries = this.#scopes.get(name) ?? new Map<string, Cancel>()
    if (entries.size >= MAX_ENTRIES) throw new SallyportError('limit_reached')
    entries.set(digest, cancel)
    this.#scopes.set(name, entries)
    return () => {
      if (entries.get(digest) === cancel) entries.delete(digest)
      if (entries.size === 0 && this.#scopes.get(name) === entries) this.#scopes.delete(name)
    }
  }

  #digest(key: string): string {
    return createHmac('sha256', this.#secret).update(key).digest('base64')
  }
}
