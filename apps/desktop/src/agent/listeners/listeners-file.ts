/** `listeners.json` in the profile: what listens where, for other tools to read. Replaced whole, so that it is never half. */
import { replacePrivateFile } from '@sallyport/program'
import type { LocalCredential } from '../../shared/local-api.ts'
import { fronts } from './front.ts'

export const listenersFile = (items: readonly LocalCredential[]): string => {
  const listeners = items
    .filter(({ listener }) => listener.state === 'listening' || listener.state === 'unbound')
    .map(({ granted, host, port, socketDirectory }) => ({
      name: granted.name,
      protocol: granted.resource.protocol,
      host,
      port,
      socketDirectory,
      database: granted.databases[0] ?? null,
      user: granted.userName,
      url: fronts[granted.resource.protocol].url(granted, port),
    }))
  return `${JSON.stringify({ version: 1, listeners }, null, 2)}\n`
}

/** Writes the newest content only, one write at a time. */
export class ListenersFile {
  readonly #path: string
  #next: string | null = null
  #written = ''
  #writing: Promise<void> | null = null

  constructor(path: string) {
    this.#path = path
  }

  /** Rejects when the file cannot be written. */
  update(items: readonly LocalCredential[]): Promise<void> {
    this.#next = listenersFile(items)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
    return this.#writing
  }

  async #write(): Promise<void> {
    while (this.#next !== null) {
      const content = this.#next
      this.#next = null
      if (content === this.#written) continue
      await replacePrivateFile(this.#path, content)
      this.#written = content
    }
  }
}
