/**
 * Writes one segment. A write that fails is taken back (the file is cut to what was whole before), so that a full disk leaves
 * nothing torn behind and the next write may succeed.
 */
import { closeSync, fdatasync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { encodeSegmentHeader, FrameSealer, SEGMENT_HEADER_LENGTH, type SegmentHeader, segmentKey } from './format.ts'
import { segmentPath } from './segment-files.ts'

/** The system calls that a writer makes, so that tests can let them fail. */
export interface FileCalls {
  readonly write: (descriptor: number, bytes: Buffer, position: number) => number
  readonly truncate: (descriptor: number, length: number) => void
  readonly synchronize: (descriptor: number, done: (error: Error | null) => void) => void
}

export const systemFileCalls: FileCalls = {
  write: (descriptor, bytes, position) => writeSync(descriptor, bytes, 0, bytes.length, position),
  truncate: ftruncateSync,
  synchronize: fdatasync,
}

/** What a group of records is when it is written. */
export interface FrameContent {
  readonly lines: Buffer
  readonly count: number
  readonly first: number
}

/** Makes names in a folder survive a power loss. Windows has no such call for folders. */
export const synchronizeFolder = (folder: string): void => {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

export class SegmentWriter {
  readonly path: string
  readonly first: number
  readonly #descriptor: number
  readonly #sealer: FrameSealer
  readonly #calls: FileCalls
  #length = 0
  #synchronizing = false
  #retired = false
  #closed = false

  private constructor(path: string, header: SegmentHeader, resources: { spoolKey: Buffer; calls: FileCalls }) {
    this.path = path
    this.first = header.first
    this.#sealer = new FrameSealer(segmentKey(resources.spoolKey, header))
    this.#calls = resources.calls
    this.#descriptor = openSync(path, 'wx', 0o600)
    try {
      this.#append(encodeSegmentHeader(header))
      synchronizeFolder(dirname(path))
    } catch (error) {
      this.#close()
      rmSync(path, { force: true })
      throw error
    }
  }

  /** Creates the segment's file, which must not exist. Throws what the system says. */
  static create(
    folder: string,
    header: SegmentHeader,
    resources: { readonly spoolKey: Buffer; readonly calls: FileCalls },
  ): SegmentWriter {
    return new SegmentWriter(segmentPath(folder, header.first), header, resources)
  }

  /** Bytes of the file. */
  get length(): number {
    return this.#length
  }

  get isEmpty(): boolean {
    return this.#length <= SEGMENT_HEADER_LENGTH
  }

  /** Writes one frame with one system call. Throws when it could not be written; nothing of it is left then. */
  append(content: FrameContent): void {
    const { count, first } = content
    this.#append(this.#sealer.seal(content.lines, { count, first }))
  }

  #append(bytes: Buffer): void {
    const start = this.#length
    try {
      let written = 0
      while (written < bytes.length) written += this.#calls.write(this.#descriptor, bytes.subarray(written), start + written)
      this.#length = start + bytes.length
    } catch (error) {
      this.#calls.truncate(this.#descriptor, start)
      throw error
    }
  }

  /** fdatasync. One at a time. */
  synchronize(done: (error: Error | null) => void): void {
    this.#synchronizing = true
    this.#calls.synchronize(this.#descriptor, (error) => {
      this.#synchronizing = false
      if (this.#retired) this.#close()
      done(error)
    })
  }

  /** Nothing is appended any more: on disk first, then closed. Throws what fdatasync says. */
  retire(): void {
    if (this.#retired) return
    this.#retired = true
    try {
      fdatasyncSync(this.#descriptor)
    } finally {
      // A descriptor that a pending call still uses must not be given to another file.
      if (!this.#synchronizing) this.#close()
    }
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    closeSync(this.#descriptor)
  }
}
