/**
 * Personal data in audit entries. Before an entry is numbered, the log takes out what is personal in it and puts it, sealed, into
 * parts of one person each: what is hashed never changes, and destroying a person's key erases what is about them everywhere.
 * `spec/personal-data.md`.
 */
import type { CanonicalValue } from '../canonical-json.ts'
import type { AuditEntry, AuditEntryType } from './audit-entry.ts'

/** Whose it is: of who acted, of the user that it was done to, or of the user whom a member of the details names. */
type Whose = 'actor' | 'subject' | { readonly detail: string }

/** `path`: members of the details, joined by dots. */
interface PersonalDetail {
  readonly path: string
  readonly of: Whose
}

const ofUser = { detail: 'user' } as const
const reasons: readonly PersonalDetail[] = [
  { path: 'before.reason', of: { detail: 'before.user' } },
  { path: 'after.reason', of: { detail: 'after.user' } },
]

/** What is personal in the details of entries, besides the address from which people act. A type that is not here has nothing. */
export const personalDetails: Readonly<Partial<Record<AuditEntryType, readonly PersonalDetail[]>>> = {
  'user.created': ['email', 'firstName', 'lastName'].map((path) => ({ path, of: 'subject' })),
  'user.changed': ['firstName', 'lastName'].map((path) => ({ path, of: 'subject' })),
  'user.deleted': [{ path: 'email', of: 'subject' }],
  'device.enrolled': [{ path: 'facts', of: ofUser }],
  // May repeat a reason or the name of a device.
  'alert.raised': [{ path: 'message', of: ofUser }],
  'grant.created': reasons,
  'grant.revoked': reasons,
  'grant.expired': reasons,
  'access-request.created': [{ path: 'reason', of: ofUser }],
  'access-request.emergency-opened': [{ path: 'reason', of: ofUser }],
  'access-request.approved': [{ path: 'note', of: 'actor' }],
  'access-request.refused': [{ path: 'note', of: 'actor' }],
  'access-request.reviewed': [{ path: 'note', of: 'actor' }],
  // What was looked for.
  'activity.exported': [{ path: 'filter', of: 'actor' }],
  'audit.exported': [{ path: 'filter', of: 'actor' }],
  'support-access.opened': ['email', 'firstName', 'lastName', 'reason'].map((path) => ({ path, of: 'subject' })),
  'support-access.used': [{ path: 'filter', of: 'actor' }],
}

/** By its place in the entry (`actor.address`, `details.email`). */
export type PersonalFields = Readonly<Record<string, CanonicalValue>>

/** The id of a user; the UTC month (`2026-11`) of an entry about people who are not known. */
export type Holder = string

type Members = Record<string, unknown>

const copyOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object that holds the last member of a path; null where there is none. */
const parentOf = (root: Members, path: readonly string[]): Members | null => {
  let parent: unknown = root
  for (const name of path.slice(0, -1)) parent = isMembers(parent) ? parent[name] : null
  return isMembers(parent) ? parent : null
}

/** The same, where everything on the way to it is a copy: the root is, and nothing else may be changed. */
const ownParentOf = (root: Members, path: readonly string[]): Members | null => {
  let parent = root
  for (const name of path.slice(0, -1)) {
    const member = parent[name]
    if (!isMembers(member)) return null
    parent = parent[name] = { ...member }
  }
  return parent
}

const valueAt = (root: Members, path: string): unknown => {
  const names = path.split('.')
  return parentOf(root, names)?.[names.at(-1)!]
}

const monthOf = (at: number): Holder => new Date(at).toISOString().slice(0, 7)

/** As the database writes ids. */
const userId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const idOf = ({ actor, subject, details }: AuditEntry, whose: Whose): unknown => {
  if (whose === 'actor') return actor.kind === 'user' ? actor.id : null
  if (whose === 'subject') return subject?.kind === 'user' ? subject.id : null
  return valueAt(details, whose.detail)
}

const holderOf = (entry: AuditEntry, whose: Whose): Holder => {
  const id = idOf(entry, whose)
  return typeof id === 'string' && userId.test(id) ? id : monthOf(entry.at)
}

/** A gateway's address is no person's. */
const hasPersonalAddress = ({ actor }: AuditEntry): boolean =>
  actor.address !== null && (actor.kind === 'user' || actor.kind === 'anonymous')

const personalPlaces = (entry: AuditEntry): { readonly place: string; readonly holder: Holder }[] => [
  ...(hasPersonalAddress(entry) ? [{ place: 'actor.address', holder: holderOf(entry, 'actor') }] : []),
  ...(personalDetails[entry.type] ?? []).map(({ path, of }) => ({ place: `details.${path}`, holder: holderOf(entry, of) })),
]

/** Takes out what is personal, by holder. The entry that is left says `null` for an address, and lacks the details. */
export const hidePersonalData = (
  entry: AuditEntry,
): { readonly hidden: AuditEntry; readonly parts: ReadonlyMap<Holder, PersonalFields> } => {
  const hidden: AuditEntry & Members = { ...entry }
  const parts = new Map<Holder, Record<string, CanonicalValue>>()
  for (const { place, holder } of personalPlaces(entry)) {
    const path = place.split('.')
    const name = path.at(-1)!
    const parent = ownParentOf(hidden, path)
    if (parent === null || parent[name] === undefined || parent[name] === null) continue
    const part = parts.get(holder) ?? {}
    part[place] = parent[name] as CanonicalValue
    parts.set(holder, part)
    if (place === 'actor.address') parent[name] = null
    else delete parent[name]
  }
  return { hidden, parts }
}

/** Puts back what {@link hidePersonalData} took out. What was erased since stays away. */
export const showPersonalData = (hidden: AuditEntry, parts: Iterable<PersonalFields>): AuditEntry => {
  const { personal: _personal, ...rest } = hidden
  const entry = copyOf(rest) as AuditEntry & Members
  for (const part of parts) {
    for (const [place, value] of Object.entries(part)) {
      const path = place.split('.')
      const parent = parentOf(entry, path)
      if (parent !== null) parent[path.at(-1)!] = value
    }
  }
  return entry
}
