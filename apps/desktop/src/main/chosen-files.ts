/** Files that the person chose to write: the page goes on with one by its id, and never names a path. */
import { randomUUID } from 'node:crypto'

/** The page writes one file at a time; older ones are forgotten. */
const MOST_FILES = 4

export class ChosenFiles {
  readonly #paths = new Map<string, string>()

  /** The id by which the page goes on with it. */
  add(path: string): string {
    const id = randomUUID()
    this.#paths.set(id, path)
    for (const oldest of this.#paths.keys()) {
      if (this.#paths.size <= MOST_FILES) break
      this.#paths.delete(oldest)
    }
    return id
  }

  get(id: string): string | undefined {
    return this.#paths.get(id)
  }
}
