/** Verifies a whole log: heads, then every entry against the head, then what the entries say. */
import { equalHashes, leafHash, type OpenedCheckpoint, TreeEdge, verifyInclusion } from '@sallyport/audit-log'
import type { ClearCount, ClearEntries } from './clear-entries.ts'
import { EntryChecks } from './entry-checks.ts'
import type { Findings } from './findings.ts'
import { checkWitnesses, openHead, type Trust } from './heads.ts'
import { type Progress, stepwise } from './progress.ts'
import { checkRecordings, type RecordingCounts } from './recordings.ts'
import { Retention } from './retention.ts'
import { signedTiles, type SignedTiles } from './signed-tiles.ts'
import { type LogSource, Unreadable } from './source.ts'
import { Streams } from './streams.ts'
import { type UnlockComparison, type UnlockCounts, Unlocks } from './unlocks.ts'

export interface VerifyOptions {
  readonly source: LogSource
  readonly trust: Trust
  /** Heads of this log that somebody has seen: each must be on this history. */
  readonly seen: readonly { readonly name: string; readonly note: string }[]
  /** An earlier export: an entry that is another one now is named. */
  readonly earlier: LogSource | null
  /** A folder of recordings. */
  readonly recordings: string | null
  /** A separate unlock log. */
  readonly unlocks: UnlockComparison | null
  /** Whether entries with personal data in clear are counted. */
  readonly countClear: boolean
  readonly findings: Findings
  readonly progress: Progress
}

export interface Verified {
  readonly origin: string
  readonly size: number
  /** `name at time`. */
  readonly cosigned: readonly string[]
  readonly streams: number
  readonly batches: number
  readonly recordings: RecordingCounts | null
  readonly unlocks: UnlockCounts | null
  readonly clear: ClearCount | null
}

/** Heads that were seen, by their size; what is larger than this log is a roll-back. */
const seenBySize = (
  head: OpenedCheckpoint,
  { seen, trust, findings }: VerifyOptions,
): Map<number, { name: string; root: Uint8Array }[]> => {
  const bySize = new Map<number, { name: string; root: Uint8Array }[]>()
  for (const { name, note } of seen) {
    const opened = openHead(note, { trust, where: name, findings })
    if (opened === null) continue
    if (opened.origin !== head.origin) {
      findings.add('not-signed', `${name} is a head of another log, ${opened.origin}.`)
    } else if (opened.size > head.size) {
      const [first, last] = [head.size, opened.size - 1]
      findings.add(
        'rolled-back',
        `${name} has ${opened.size} entries and this log ${head.size}: the entries ${first} to ${last} were removed.`,
        first,
      )
    } else {
      bySize.set(opened.size, [...(bySize.get(opened.size) ?? []), { name, root: opened.root }])
    }
  }
  return bySize
}

class Reading {
  readonly edge = TreeEdge.empty()
  readonly #options: VerifyOptions
  readonly #head: OpenedCheckpoint
  readonly #tiles: SignedTiles
  readonly #earlier: SignedTiles | null
  readonly #seen: Map<number, { name: string; root: Uint8Array }[]>
  /** Something was said already about why the root is another one. */
  #explained = false
  /** The largest head that was seen and is on this history. */
  #holds: { readonly name: string; readonly size: number } | null = null

  constructor(parts: { options: VerifyOptions; head: OpenedCheckpoint; tiles: SignedTiles; earlier: SignedTiles | null }) {
    this.#options = parts.options
    this.#head = parts.head
    this.#tiles = parts.tiles
    this.#earlier = parts.earlier
    this.#seen = seenBySize(parts.head, parts.options)
    this.#compareSeen()
  }

  /** True when the entry is the next one and is counted. */
  async take(index: number, bytes: Uint8Array): Promise<boolean> {
    const { findings } = this.#options
    if (index >= this.#head.size) {
      findings.add('entry-changed', `Entry ${index} is not covered by the signed head of ${this.#head.size} entries.`, index)
      return false
    }
    if (index < this.edge.size) {
      findings.add(
        'entry-changed',
        `Entry ${index} stands behind entry ${this.edge.size - 1}: it is there twice, or out of order.`,
        index,
      )
      this.#explained = true
      return false
    }
    while (this.edge.size < index) await this.#miss()
    const leaf = leafHash(bytes)
    await this.#compare(index, leaf)
    this.#append(leaf)
    return true
  }

  async finish(): Promise<void> {
    const { findings } = this.#options
    while (this.edge.size < this.#head.size) await this.#miss()
    if (equalHashes(this.edge.root(), this.#head.root) || this.#explained) return
    const known = this.#holds === null ? '' : ` The first ${this.#holds.size} are those of ${this.#holds.name}.`
    findings.add(
      'root-differs',
      `The ${this.#head.size} entries do not lead to the root that was signed: at least one of them is not the one that was signed.${known}`,
    )
  }

  /** The signed hash stands in for an entry that is not there, so that the ones after it can be judged. */
  async #miss(): Promise<void> {
    const index = this.edge.size
    this.#options.findings.add('entry-missing', `Entry ${index} is missing.`, index)
    this.#explained = true
    this.#append((await this.#tiles.leaf(index)) ?? leafHash(new Uint8Array()))
  }

  async #compare(index: number, leaf: Uint8Array): Promise<void> {
    const { findings } = this.#options
    const signed = await this.#tiles.leaf(index)
    if (signed !== null && !equalHashes(signed, leaf)) {
      findings.add('entry-changed', `Entry ${index} is not the one that was signed.`, index)
      this.#explained = true
      return
    }
    const before = signed === null ? await this.#earlier?.leaf(index) : undefined
    if (before !== undefined && before !== null && !equalHashes(before, leaf)) {
      findings.add('entry-changed', `Entry ${index} is not the one of the earlier export.`, index)
      this.#explained = true
    }
  }

  #append(leaf: Uint8Array): void {
    this.edge.append(leaf)
    this.#compareSeen()
    this.#options.progress('entries', this.edge.size, this.#head.size)
  }

  #compareSeen(): void {
    for (const { name, root } of this.#seen.get(this.edge.size) ?? []) {
      if (equalHashes(this.edge.root(), root)) {
        this.#holds = { name, size: this.edge.size }
        continue
      }
      const { size } = this.edge
      const first = this.#holds?.size ?? 0
      this.#options.findings.add(
        'fork',
        `${name} was signed over ${size} other entries than the first ${size} here: the log shows two histories. ` +
          (first === size - 1
            ? `Entry ${first} is another one.`
            : `Among the entries ${first} to ${size - 1} is one that is another.`),
      )
    }
  }
}

const verifySome = async ({ source, findings }: VerifyOptions, head: OpenedCheckpoint): Promise<void> => {
  const checks = new EntryChecks(head.origin, findings)
  for await (const { index, bytes, proof } of source.entries()) {
    const claim = { index, size: head.size, leaf: leafHash(bytes), root: head.root, proof: proof ?? [] }
    if (verifyInclusion(claim)) checks.check(index, bytes)
    else findings.add('entry-changed', `Entry ${index} is not in the log: its proof does not lead to the signed root.`, index)
  }
}

/** Loaded only when they are counted: it brings the schemas of all entries. */
const clearEntries = async (): Promise<ClearEntries> => new (await import('./clear-entries.ts')).ClearEntries()

/** Null when the head cannot be trusted: then nothing else can be said. */
export const verifyLog = async (options: VerifyOptions): Promise<Verified | null> => {
  const { source, trust, findings, recordings } = options
  const progress = stepwise(options.progress)
  const head = openHead(source.checkpoint, { trust, where: 'The head of this export', findings })
  if (head === null) return null
  const cosigned = checkWitnesses(head, trust, findings)
  const streams = new Streams(findings)
  const retention = new Retention()
  if (options.unlocks !== null && !source.complete) throw new Unreadable('Unlocks are compared with a whole log only.')
  const unlocks = options.unlocks && (await Unlocks.read(options.unlocks, { origin: head.origin, findings }))
  const clear = options.countClear ? await clearEntries() : null
  if (source.complete) {
    const earlierHead =
      options.earlier && openHead(options.earlier.checkpoint, { trust, where: 'The head of the earlier export', findings })
    const earlier = options.earlier && earlierHead ? await signedTiles(options.earlier, earlierHead, findings) : null
    const seen =
      earlierHead && options.earlier
        ? [...options.seen, { name: 'The earlier export', note: options.earlier.checkpoint }]
        : options.seen
    const within =
      earlier && earlierHead
        ? { leaf: (index: number) => (index < earlierHead.size ? earlier.leaf(index) : Promise.resolve(null)) }
        : null
    const tiles = await signedTiles(source, head, findings)
    const reading = new Reading({ options: { ...options, seen, progress }, head, tiles, earlier: within })
    const checks = new EntryChecks(head.origin, findings)
    for await (const { index, bytes } of source.entries()) {
      if (!(await reading.take(index, bytes))) continue
      const entry = checks.check(index, bytes)
      if (entry === null) continue
      retention.take(entry)
      unlocks?.take(entry, bytes)
      clear?.take(index, bytes)
      await streams.take(entry)
    }
    await reading.finish()
  } else {
    await verifySome(options, head)
  }
  const { batches } = streams
  return {
    origin: head.origin,
    size: head.size,
    cosigned,
    streams: streams.streamCount,
    batches: batches.length,
    recordings: recordings === null ? null : await checkRecordings(recordings, { batches, retention, findings, progress }),
    unlocks: unlocks === null ? null : unlocks.finish(),
    clear: clear === null ? null : clear.found,
  }
}
