/** What the person chose for listeners, remembered across starts: ports of their own, and what is off. */
import { replacePrivateFile } from '@sallyport/program'
import { SallyportError, port, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { readProfileFile } from '../../local/profile-file.ts'

const MAX_FILE = 1024 * 1024

const preferencesFile = z.strictObject({
  version: z.literal(1),
  /** By credential. */
  ports: z.record(uuid, port),
  off: z.array(uuid).max(10_000),
})
type PreferencesFile = z.infer<typeof preferencesFile>

export class Preferences {
  readonly #path: string
  readonly #ports: Map<string, number>
  readonly #off: Set<string>
  #writing: Promise<unknown> = Promise.resolve()

  constructor(path: string, file: PreferencesFile) {
    this.#path = path
    this.#ports = new Map(Object.entries(file.ports))
    this.#off = new Set(file.off)
  }

  /** The port instead of the organization's; null: that one. */
  port(credential: string): number | null {
    return this.#ports.get(credential) ?? null
  }

  isOff(credential: string): boolean {
    return this.#off.has(credential)
  }

  setPort(credential: string, chosen: number | null): Promise<void> {
    if (chosen === null) this.#ports.delete(credential)
    else this.#ports.set(credential, chosen)
    return this.#write()
  }

  setOff(credential: string, off: boolean): Promise<void> {
    if (off) this.#off.add(credential)
    else this.#off.delete(credential)
    return this.#write()
  }

  #write(): Promise<void> {
    const file: PreferencesFile = { version: 1, ports: Object.fromEntries(this.#ports), off: [...this.#off] }
    const written = this.#writing.then(() => replacePrivateFile(this.#path, `${JSON.stringify(file, null, 2)}\n`))
    this.#writing = written.catch(() => {})
    return written
  }
}

/** Throws `profile_unreadable`. */
export const openPreferences = async (path: string): Promise<Preferences> => {
  const bytes = await readProfileFile(path, MAX_FILE)
  if (bytes === null) return new Preferences(path, { version: 1, ports: {}, off: [] })
  try {
    return new Preferences(path, preferencesFile.parse(JSON.parse(bytes.toString('utf8'))))
  } catch (cause) {
    throw new SallyportError('profile_unreadable', { message: `The file ${path} cannot be read. Correct or remove it.`, cause })
  }
}
