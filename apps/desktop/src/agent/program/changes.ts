/** Tells listeners that something changed. */
export class Changes<Topic extends string> {
  #listeners: readonly ((topic: Topic) => void)[] = []

  listen(listener: (topic: Topic) => void): void {
    this.#listeners = [...this.#listeners, listener]
  }

  /** Told before all who listen so far. */
  listenFirst(listener: (topic: Topic) => void): void {
    this.#listeners = [listener, ...this.#listeners]
  }

  tell(topic: Topic): void {
    for (const listener of this.#listeners) listener(topic)
  }
}
