import type { Duplex } from 'node:stream'

/** Bytes that wait for a record to be safe. */
interface Segment {
  readonly chunks: Buffer[]
  open: boolean
  /** Its last byte ends a message. */
  atBoundary: boolean
}

/**
 * Bytes for the tool, in order, held back where an answer must wait for its record. What comes behind keeps being read and
 * recorded meanwhile, so that a pipeline is not slowed down to one statement at a time.
 */
export class GatedOutput {
  readonly #stream: Duplex
  readonly #onFailure: (error: unknown) => void
  readonly #segments: Segment[] = []
  #held = 0
  #failed = false
  #bytes = 0
  #atBoundary = true
  #onEmpty: (() => void) | null = null

  constructor(stream: Duplex, onFailure: (error: unknown) => void) {
    this.#stream = stream
    this.#onFailure = onFailure
  }

  /** Bytes that were handed to the stream. */
  get bytes(): number {
    return this.#bytes
  }

  /** What the tool got so far ends with a message, so that an error of ours may follow. */
  get atBoundary(): boolean {
    return this.#atBoundary
  }

  /** Bytes that wait. */
  get held(): number {
    return this.#held
  }

  /** Everything written from now on waits until the promise resolves, and for ever if it rejects. */
  gate(recorded: Promise<unknown>): void {
    const segment: Segment = { chunks: [], open: false, atBoundary: this.#segments.at(-1)?.atBoundary ?? this.#atBoundary }
    this.#segments.push(segment)
    recorded.then(
      () => {
        segment.open = true
        this.#drain()
      },
      (error: unknown) => {
        this.#failed = true
        this.#onFailure(error)
      },
    )
  }

  /** `atBoundary` tells whether the last byte ends a message. */
  write(bytes: Buffer, atBoundary: boolean): void {
    const last = this.#segments.at(-1)
    if (last === undefined) {
      this.#send(bytes, atBoundary)
      return
    }
    last.chunks.push(bytes)
    last.atBoundary = atBoundary
    this.#held += bytes.length
  }

  /** Calls back once nothing waits any more. Never, if a record failed. */
  whenEmpty(callback: () => void): void {
    if (this.#segments.length === 0) callback()
    else this.#onEmpty = callback
  }

  /** Called whenever held bytes were sent. */
  onProgress: () => void = () => undefined

  /** Forgets what waits: the tool will never see it. */
  discard(): void {
    this.#failed = true
    this.#segments.length = 0
    this.#held = 0
  }

  #drain(): void {
    if (this.#failed) return
    const ready: Buffer[] = []
    let atBoundary = this.#atBoundary
    while (this.#segments[0]?.open === true) {
      const segment = this.#segments.shift()!
      for (const chunk of segment.chunks) ready.push(chunk)
      atBoundary = segment.atBoundary
    }
    if (ready.length > 0) {
      const bytes = ready.length === 1 ? ready[0]! : Buffer.concat(ready)
      this.#held -= bytes.length
      this.#send(bytes, atBoundary)
      this.onProgress()
    }
    if (this.#segments.length > 0) return
    const onEmpty = this.#onEmpty
    this.#onEmpty = null
    onEmpty?.()
  }

  #send(bytes: Buffer, atBoundary: boolean): void {
    this.#atBoundary = atBoundary
    this.#bytes += bytes.length
    this.#stream.write(bytes)
  }
}
