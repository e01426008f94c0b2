/** One entry fully: who, on what, what changed, and the proof that it is in the log. */
import type { AuditEntry, AuditRow } from '@sallyport/protocol/api'
import type { Names } from '../../data/names.ts'
import { text } from '../../texts/text.ts'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { RawText } from '../../ui/raw-text.tsx'
import { PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { SmallTable } from '../../ui/small-table.tsx'
import { TextLink, TextLinks } from '../../ui/text-link.tsx'
import { fullTime } from '../../ui/time.ts'
import styles from './audit.module.css'
import { changesOf, entryOf, otherDetails } from './entry.ts'
import { actorName, subjectName } from './names.ts'
import { Proof } from './proof.tsx'
import { fieldName, typeName } from './type-name.ts'

interface AuditPanelProps {
  readonly row: AuditRow
  readonly names: Names
  readonly onFilter: (part: { readonly user?: string; readonly subject?: string }) => void
  readonly onClose: () => void
}

export const AuditPanel = ({ row, names, onFilter, onClose }: AuditPanelProps) => {
  const entry = entryOf(row)
  if (!entry) {
    return (
      <SidePanel title={text('audit.unread')} onClose={onClose}>
        <PanelSection label={text('log.raw')}>
          <RawText label={text('log.raw')}>{JSON.stringify(row.entry, null, 2)}</RawText>
        </PanelSection>
      </SidePanel>
    )
  }
  const details = otherDetails(entry)
  return (
    <SidePanel title={typeName(entry.type)} subtitle={<code className="mono muted">{entry.type}</code>} onClose={onClose}>
      <PanelSection>
        <Facts facts={entryFacts(entry, names)} />
        <TextLinks>
          {entry.actor.kind === 'user' && entry.actor.id ? (
            <TextLink onClick={() => onFilter({ user: entry.actor.id ?? '' })}>{text('audit.showWho')}</TextLink>
          ) : null}
          {entry.subject ? (
            <TextLink onClick={() => onFilter({ subject: entry.subject?.id ?? '' })}>{text('audit.showSubject')}</TextLink>
          ) : null}
        </TextLinks>
      </PanelSection>
      <Changes entry={entry} />
      {details.length > 0 ? (
        <PanelSection label={text('audit.details')}>
          <Facts
            facts={details.map(([name, value]): Fact => [fieldName(name), <span className={styles['value']}>{value}</span>])}
          />
        </PanelSection>
      ) : null}
      <PanelSection label={text('audit.proof')}>
        <Proof entry={entry.id} row={row} />
      </PanelSection>
    </SidePanel>
  )
}

const entryFacts = (entry: AuditEntry, names: Names): readonly Fact[] => {
  const { actor, subject } = entry
  return [
    [text('audit.factAt'), fullTime(new Date(entry.at).toISOString())],
    [text('audit.factWho'), actorName(entry, names)],
    ...(actor.device ? [[text('audit.factDevice'), names.nameOf('device', actor.device)] as const] : []),
    ...(actor.address ? [[text('audit.factAddress'), actor.address] as const] : []),
    ...(actor.session ? [[text('audit.factSession'), actor.session] as const] : []),
    ...(subject ? [[text('audit.factSubject'), subjectName(entry, names)] as const] : []),
    [text('audit.factId'), entry.id],
  ]
}

const Changes = ({ entry }: { readonly entry: AuditEntry }) => {
  const changes = changesOf(entry)
  if (changes === null || changes.length === 0) return null
  return (
    <PanelSection label={text('audit.changes')}>
      <SmallTable headings={[text('audit.changeName'), text('audit.before'), text('audit.after')]}>
        {changes.map(({ name, before, after }) => (
          <tr key={name}>
            <td className="muted">{fieldName(name)}</td>
            <td className="selectable">{before === null ? '–' : <del className={styles['before']}>{before}</del>}</td>
            <td className="selectable">{after === null ? '–' : <ins className={styles['after']}>{after}</ins>}</td>
          </tr>
        ))}
      </SmallTable>
    </PanelSection>
  )
}
