/**
 * Records that are numbered but not written yet, in the groups in which they will be. Usually there is one group; more while the
 * spool is full.
 */

/** A promise that may reject without anybody listening: each record's owner listens to it, if there is one. */
export const sharedPromise = (): PromiseWithResolvers<void> => {
  const deferred = Promise.withResolvers<void>()
  deferred.promise.catch(() => undefined)
  return deferred
}

/** What is written as one frame; all its records share two promises. */
export interface Group {
  readonly lines: string[]
  /** Characters. */
  length: number
  readonly written: PromiseWithResolvers<void>
  /** Absent if no record of the group is strict. */
  synchronized: PromiseWithResolvers<void> | null
}

export class WaitingRecords {
  readonly #groupLength: number
  #groups: Group[] = []
  #length = 0
  #next: number

  /** @param groupLength characters after which a group takes no more records; @param next number of the next record */
  constructor(groupLength: number, next: number) {
    this.#groupLength = groupLength
    this.#next = next
  }

  /** Characters of all groups. */
  get length(): number {
    return this.#length
  }

  get first(): Group | undefined {
    return this.#groups[0]
  }

  /** Gives the record its number and returns its group. */
  add(members: string, strict: boolean): Group {
    const line = `{"number":${this.#next++}${members}\n`
    const group = this.#openGroup()
    group.lines.push(line)
    group.length += line.length
    this.#length += line.length
    if (strict) group.synchronized ??= sharedPromise()
    return group
  }

  isComplete(group: Group): boolean {
    return group.length >= this.#groupLength
  }

  /** The first group is written. */
  shift(): void {
    this.#length -= this.#groups.shift()?.length ?? 0
  }

  /** Nothing that waits is written. Its numbers are given again, from `next` on: nobody was told that those records exist. */
  reject(error: Error, next: number): void {
    const rejected = this.#groups
    this.#groups = []
    this.#length = 0
    this.#next = next
    for (const group of rejected) {
      group.written.reject(error)
      group.synchronized?.reject(error)
    }
  }

  #openGroup(): Group {
    const last = this.#groups.at(-1)
    if (last !== undefined && !this.isComplete(last)) return last
    const group: Group = { lines: [], length: 0, written: sharedPromise(), synchronized: null }
    this.#groups.push(group)
    return group
  }
}
