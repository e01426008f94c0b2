/** What the receive windows of one session may take together above their initial size. Units: bytes. */
export class WindowBudget {
  #free: number

  constructor(total: number) {
    this.#free = total
  }

  get free(): number {
    return this.#free
  }

  /** Gives what is there, up to `wanted`. */
  reserve(wanted: number): number {
    const given = Math.min(wanted, this.#free)
    this.#free -= given
    return given
  }

  release(bytes: number): void {
    this.#free += bytes
  }
}
