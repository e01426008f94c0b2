/** The filters in words: what an export will hold. */
import type { Names } from '../../data/names.ts'
import { text } from '../../texts/text.ts'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { fullTime } from '../../ui/time.ts'
import type { ActivityFilter } from './filter.ts'
import { kindName } from './words.ts'

interface FilterWordsProps {
  readonly filter: ActivityFilter
  readonly everybody: boolean
  readonly names: Names
}

export const FilterWords = ({ filter, everybody, names }: FilterWordsProps) => {
  const { bounds, user, resource, credential, kind, outcome, connection, session } = filter
  const words = filter.text.trim()
  const facts: readonly (Fact | null)[] = [
    [text('activity.scope'), text(everybody ? 'activity.everybody' : 'activity.mine')],
    bounds.after ? [text('log.from'), fullTime(bounds.after)] : null,
    bounds.before ? [text('log.to'), fullTime(bounds.before)] : null,
    everybody && user ? [text('activity.person'), names.nameOf('user', user)] : null,
    resource ? [text('activity.resource'), names.nameOf('resource', resource)] : null,
    credential ? [text('activity.factAccount'), names.nameOf('credential', credential)] : null,
    kind ? [text('activity.kind'), kindName(kind)] : null,
    outcome ? [text('activity.outcome'), text(outcome === 'failed' ? 'activity.failedOnly' : 'activity.succeeded')] : null,
    connection ? [text('activity.connection'), connection] : null,
    session ? [text('activity.session'), session] : null,
    words === '' ? null : [text('common.search'), words],
  ]
  return <Facts facts={facts.filter((fact): fact is Fact => fact !== null)} />
}
