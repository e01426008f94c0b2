/** A log file that keeps its size: when it is full it becomes `.1`, the one before `.2`, and the oldest goes. */
import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

export interface RotatingFileOptions {
  /** Bytes of one file. */
  readonly maxBytes: number
  /** Files kept besides the current one. */
  readonly kept: number
}

/** What a logger writes to. Lines reach the file at once, so that the last words of a program that dies are there. */
export class RotatingFile {
  readonly #path: string
  readonly #options: RotatingFileOptions
  #file: number
  #length: number

  constructor(path: string, options: RotatingFileOptions) {
    this.#path = path
    this.#options = options
    this.#file = openSync(path, 'a', 0o600)
    this.#length = fstatSync(this.#file).size
  }

  write(line: string): void {
    const bytes = Buffer.from(line)
    if (this.#length > 0 && this.#length + bytes.length > this.#options.maxBytes) this.#rotate()
    try {
      writeSync(this.#file, bytes)
      this.#length += bytes.length
    } catch (error) {
      // A full disk must not end tunnels.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
  }

  #rotate(): void {
    closeSync(this.#file)
    const name = (index: number): string => (index === 0 ? this.#path : `${this.#path}.${index}`)
    rmSync(name(this.#options.kept), { force: true })
    for (let index = this.#options.kept - 1; index >= 0; index--) {
      try {
        renameSync(name(index), name(index + 1))
      } catch {
        // There are not that many yet.
      }
    }
    this.#file = openSync(this.#path, 'a', 0o600)
    this.#length = 0
  }
}
