/** What waits for a person in the browser: begun by a face, and taken by the one that knows its id. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'

/** Beyond these the one that was begun first is given up. */
const MOST = 16

export interface BrowserTask<Result> {
  /** The page to open. */
  readonly url: string
  readonly done: Promise<Result>
  /** Brings the code that the page showed to a person. Throws `browser_code_invalid`, and `conflict` where the browser brings it. */
  give(code: string): void
  /** Gives up; {@link done} rejects. */
  close(): void
}

export class BrowserTasks<Result> {
  readonly #tasks = new Map<string, BrowserTask<Result>>()

  add(task: BrowserTask<Result>): { readonly id: string; readonly url: string } {
    const id = randomUUID()
    task.done.catch(() => {})
    this.#tasks.set(id, task)
    const [first] = this.#tasks.keys()
    if (this.#tasks.size > MOST && first !== undefined) this.cancel(first)
    return { id, url: task.url }
  }

  /** What came of it, told once. Throws `not_found`. */
  async take(id: string): Promise<Result> {
    const task = this.#tasks.get(id)
    if (task === undefined) throw new SallyportError('not_found')
    try {
      return await task.done
    } finally {
      this.#tasks.delete(id)
    }
  }

  /** Whether it is one of these. Throws as the task does. */
  give(id: string, code: string): boolean {
    const task = this.#tasks.get(id)
    task?.give(code)
    return task !== undefined
  }

  cancel(id: string): void {
    this.#tasks.get(id)?.close()
    this.#tasks.delete(id)
  }

  closeAll(): void {
    for (const id of [...this.#tasks.keys()]) this.cancel(id)
  }
}
