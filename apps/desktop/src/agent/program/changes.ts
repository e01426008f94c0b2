/** Tells listeners that something changed. */
export class Changes<Topic extends string> {
  readonly #listeners = new Set<(topic: Topic) => void>()

  /** The returned function ends it. */
  listen(listener: (topic: Topic) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(topic: Topic): void {
    for (const listener of [...this.#listeners]) listener(topic)
  }
}
