/**
 * Whether the app's pages are locked. It is a file in the profile, so that no start of a program unlocks them. What is locked is
 * what people see: connections, addresses and the command line go on.
 */
import { rm, stat } from 'node:fs/promises'
import { replacePrivateFile } from '@sallyport/program'

const MINUTE = 60_000
/** Milliseconds between two looks at how long nobody used a page. */
const LOOK_EVERY = 15_000

export interface PageLockOptions {
  readonly path: string
  /** Minutes without use after which pages lock themselves; null: never. */
  readonly lockAfter: () => number | null
  readonly onChange: () => void
  readonly now?: () => number
}

export class PageLock {
  readonly #options: PageLockOptions
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  #locked: boolean
  #usedAt: number

  private constructor(options: PageLockOptions, locked: boolean) {
    this.#options = options
    this.#locked = locked
    this.#now = options.now ?? Date.now
    this.#usedAt = this.#now()
    this.#timer = setInterval(() => void this.look().catch(() => {}), LOOK_EVERY)
    this.#timer.unref()
  }

  /** What cannot be looked at counts as locked. */
  static async open(options: PageLockOptions): Promise<PageLock> {
    const locked = await stat(options.path).then(
      () => true,
      (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ENOENT'),
    )
    return new PageLock(options, locked)
  }

  get locked(): boolean {
    return this.#locked
  }

  /** Locked from the call on; resolves when the next start will know, too. */
  async lock(): Promise<void> {
    if (this.#locked) return
    this.#locked = true
    this.#options.onChange()
    await replacePrivateFile(this.#options.path, '')
  }

  /** The caller made sure who is there. */
  async unlock(): Promise<void> {
    if (!this.#locked) return
    await rm(this.#options.path, { force: true })
    this.#locked = false
    this.used()
    this.#options.onChange()
  }

  /** Somebody pressed a key or moved the pointer on a page. */
  used(): void {
    this.#usedAt = this.#now()
  }

  /** Locks if nobody used a page for as long as the person chose. */
  async look(): Promise<void> {
    const minutes = this.#options.lockAfter()
    if (minutes !== null && this.#now() - this.#usedAt >= minutes * MINUTE) await this.lock()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
