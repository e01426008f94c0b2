/** What the app keeps for itself in the profile: where its window was, what closing means. One file, replaced whole. */
import { join } from 'node:path'
import { readTextUpTo, replacePrivateFile } from '@sallyport/program'
import { z } from 'zod'
import { usualState, windowState } from '../window/window-state.ts'

const MAX_FILE = 64 * 1024

const savedSettings = z.object({
  window: windowState.catch(usualState),
  /** null until the person was asked. */
  whenClosed: z.enum(['keep-running', 'quit']).nullable().catch(null),
  /** After the graphics process crashed: draw without it from the next start on. */
  softwareRendering: z.boolean().catch(false),
})
type Saved = z.infer<typeof savedSettings>

const usual: Saved = { window: usualState, whenClosed: null, softwareRendering: false }

export class AppSettings {
  #saved: Saved
  readonly #path: string
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string, saved: Saved) {
    this.#path = path
    this.#saved = saved
  }

  /** A file that cannot be read is as good as none: nothing in it is worth a start that fails. */
  static async open(profile: string): Promise<AppSettings> {
    const path = join(profile, 'app.json')
    const text = await readTextUpTo(path, MAX_FILE).catch(() => null)
    return new AppSettings(path, text === null ? usual : parse(text))
  }

  get current(): Saved {
    return this.#saved
  }

  /** Resolves when it is on disk. */
  change(changes: Partial<Saved>): Promise<void> {
    this.#saved = { ...this.#saved, ...changes }
    this.#writing = this.#writing.catch(() => {}).then(() => replacePrivateFile(this.#path, `${JSON.stringify(this.#saved)}\n`))
    return this.#writing
  }
}

const parse = (text: string): Saved => {
  try {
    return savedSettings.parse(JSON.parse(text))
  } catch {
    return usual
  }
}
