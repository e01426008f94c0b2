/** What may be gone, as the organization's own log says. */
import type { ReadEntry } from './entry-checks.ts'

const DAY = 24 * 3_600_000

/** For how long activity is kept, in days. */
interface Kept {
  readonly days: number
  /** Kinds that go earlier. */
  readonly byKind: ReadonlyMap<string, number>
}

/** What an organization begins with. */
const beginning: Kept = { days: 365, byKind: new Map() }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** Null where settings do not say. */
const keptBy = (settings: unknown): Kept | null => {
  if (!isRecord(settings) || typeof settings['activityRetentionDays'] !== 'number') return null
  const { activityRetentionDays: days, activityRetentionByKind: byKind } = settings
  const given = isRecord(byKind) ? Object.entries(byKind) : []
  return { days, byKind: new Map(given.filter((entry): entry is [string, number] => typeof entry[1] === 'number')) }
}

/** Entries are taken in the order of their numbers. What was older than it was kept at some time may be gone, also if it is kept longer now. */
export class Retention {
  #kept = beginning
  /** What was said before, until when it held. */
  readonly #before: { readonly kept: Kept; readonly until: number }[] = []
  #newest = 0
  readonly #erased = new Set<string>()

  take({ type, at, subject, details }: ReadEntry): void {
    this.#newest = Math.max(this.#newest, at)
    if (type === 'person.erased' && subject !== null) this.#erased.add(subject.id)
    if (type !== 'organization.changed') return
    const kept = keptBy(details['after'])
    if (kept === null) return
    const before = keptBy(details['before'])
    this.#before.push({ kept: this.#before.length === 0 && before !== null ? before : this.#kept, until: at })
    this.#kept = kept
  }

  /** Whether activity of that time may have gone until the newest entry was written. `kind`: null for what is of every kind. */
  mayBeGone(at: number, kind: string | null): boolean {
    const isOver = ({ days, byKind }: Kept, until: number): boolean => {
      const limit = kind === null ? days : Math.min(days, byKind.get(kind) ?? days)
      return at + limit * DAY <= until
    }
    return isOver(this.#kept, this.#newest) || this.#before.some(({ kept, until }) => isOver(kept, until))
  }

  wasErased(person: string): boolean {
    return this.#erased.has(person)
  }
}
