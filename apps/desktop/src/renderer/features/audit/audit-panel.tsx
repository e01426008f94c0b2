/** One entry fully: who, on what, what changed, and the proof that it is in the log. */
import type { AuditEntry, AuditRow } from '@sallyport/protocol/api'
import type { Names } from '../../data/names.ts'
import { text } from '../../texts/text.ts'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { fullTime } from '../../ui/time.ts'
import styles from './audit.module.css'
import { changesOf, entryOf, otherDetails } from './entry.ts'
import { actorName, subjectName } from './names.ts'
import { Proof } from './proof.tsx'

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
          <pre className={styles['raw']}>{JSON.stringify(row.entry, null, 2)}</pre>
        </PanelSection>
      </SidePanel>
    )
  }
  const details = otherDetails(entry)
  return (
    <SidePanel title={<span className={styles['type']}>{entry.type}</span>} onClose={onClose}>
      <PanelSection>
        <Facts facts={entryFacts(entry, names)} />
        <div className={styles['links']}>
          {entry.actor.kind === 'user' && entry.actor.id ? (
            <Link words={text('audit.showWho')} onClick={() => onFilter({ user: entry.actor.id ?? '' })} />
          ) : null}
          {entry.subject ? (
            <Link words={text('audit.showSubject')} onClick={() => onFilter({ subject: entry.subject?.id ?? '' })} />
          ) : null}
        </div>
      </PanelSection>
      <Changes entry={entry} />
      {details.length > 0 ? (
        <PanelSection label={text('audit.details')}>
          <Facts facts={details.map(([name, value]): Fact => [name, <span className={styles['value']}>{value}</span>])} />
        </PanelSection>
      ) : null}
      <PanelSection label={text('audit.proof')}>
        <Proof entry={entry.id} row={row} />
      </PanelSection>
    </SidePanel>
  )
}

const Link = ({ words, onClick }: { readonly words: string; readonly onClick: () => void }) => (
  <button type="button" className={styles['link']} onClick={onClick}>
    {words}
  </button>
)

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
      <table className={styles['changes']}>
        <thead>
          <tr>
            <th scope="col">{text('audit.changeName')}</th>
            <th scope="col">{text('audit.before')}</th>
            <th scope="col">{text('audit.after')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ name, before, after }) => (
            <tr key={name}>
              <td className="muted">{name}</td>
              <td className="selectable">{before === null ? '–' : <del>{before}</del>}</td>
              <td className="selectable">{after === null ? '–' : <ins>{after}</ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </PanelSection>
  )
}
