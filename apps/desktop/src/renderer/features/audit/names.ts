/** Whom and what an entry names, for people. */
import type { AuditEntry } from '@sallyport/protocol/api'
import type { NamedKind, Names } from '../../data/names.ts'
import { shortId } from '../../data/names.ts'
import { text } from '../../texts/text.ts'

const NAMED: ReadonlySet<string> = new Set<NamedKind>(['user', 'resource', 'credential', 'gateway', 'device', 'role', 'site'])
const isNamed = (kind: string): kind is NamedKind => NAMED.has(kind)

export const actorName = ({ actor }: AuditEntry, names: Names): string => {
  switch (actor.kind) {
    case 'user':
    case 'gateway':
      return actor.id === null ? text('audit.anonymous') : names.nameOf(actor.kind, actor.id)
    case 'service':
      return text('audit.service', { id: shortId(actor.id ?? '') })
    case 'job':
      return text('audit.job')
    case 'anonymous':
      return text('audit.anonymous')
  }
}

export const subjectName = ({ subject }: AuditEntry, names: Names): string => {
  if (subject === null) return ''
  const name = isNamed(subject.kind) ? names.nameOf(subject.kind, subject.id) : shortId(subject.id)
  return text('audit.subjectText', { kind: subject.kind, name })
}
