import type { Metric } from '../measurements/measurement.ts'
import { median } from '../median.ts'
import { type PathName, pathNames } from '../paths/path.ts'

const recorded = ['kept-without-binds', 'kept-hashed-binds', 'kept-api', 'kept-api-sealed', 'kept-gateway', 'kept-both'] as const
/** How queries are recorded; sealed: encrypted by the gateway, as what it keeps itself always is. */
export type RecordedSubject = (typeof recorded)[number]

export const vaultSubjects = ['vault-local', 'vault-pkcs11', 'vault-aws', 'vault-google', 'vault-azure', 'vault-transit'] as const
/** The vault by where its root key is. */
export type VaultSubject = (typeof vaultSubjects)[number]

const others = ['app', ...vaultSubjects, 'log', 'first-page', 'next-page', ...recorded] as const

/** What is measured: a path, the app, the vault, the log, pages of activity, a way to record. */
export type Subject = PathName | (typeof others)[number]
export const subjects: readonly Subject[] = [...pathNames, ...others]

/** What one subject did in each round, by metric. */
export interface Series {
  readonly metric: Metric
  readonly values: ReadonlyMap<Subject, readonly number[]>
}

/** The median of each round's own ratio: what slowed the machine down in one round slowed both. Null: not comparable. */
export const ratioOf = (series: Series, path: Subject, versus: Subject): number | null => {
  const [ours, theirs] = [series.values.get(path) ?? [], series.values.get(versus) ?? []]
  const rounds = Math.min(ours.length, theirs.length)
  if (rounds === 0) return null
  const ratio = median(ours.slice(0, rounds).map((value, round) => value / theirs[round]!))
  return Number.isFinite(ratio) ? ratio : null
}
