/** One record fully: the statement with its values, what came of it, and where it belongs. */
import type { Names } from '../../data/names.ts'
import { useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { RawText } from '../../ui/raw-text.tsx'
import { PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { Status } from '../../ui/status.tsx'
import { TextLink, TextLinks } from '../../ui/text-link.tsx'
import { fullTime } from '../../ui/time.ts'
import styles from './activity.module.css'
import { BindTable } from './bind-table.tsx'
import { accountName, type ActivityRow } from './columns.tsx'
import type { ActivityFilter } from './filter.ts'
import { recordFacts } from './record-facts.ts'
import { recordOf } from './record.ts'
import { RecordProof } from './record-proof.tsx'
import { Statement } from './statement.tsx'
import { errorOf, kindName } from './words.ts'

interface ActivityPanelProps {
  readonly id: string
  /** As the list has it: perhaps cut short. */
  readonly listed: ActivityRow | undefined
  readonly everybody: boolean
  readonly names: Names
  readonly onFilter: (part: Partial<ActivityFilter>) => void
  readonly onClose: () => void
}

export const ActivityPanel = ({ id, listed, everybody, names, onFilter, onClose }: ActivityPanelProps) => {
  const wanted = listed === undefined || listed.shortened
  const whole = useRoute(everybody ? 'listActivity' : 'listMyActivity', { query: { id } }, { enabled: wanted })
  const row = whole.data?.items[0] ?? listed
  if (!row) {
    return (
      <SidePanel title={text('activity.record')} onClose={onClose}>
        {whole.error ? <ErrorBar error={whole.error} /> : <SkeletonRows count={6} height={28} />}
      </SidePanel>
    )
  }
  const record = recordOf(row.activity)
  const error = errorOf(record)
  return (
    <SidePanel
      title={kindName(row.kind)}
      subtitle={
        <span className={styles['subtitle']}>
          <span className="muted truncate">{accountName(names, row)}</span>
          {error ? <Status kind="failed">{text('activity.failed')}</Status> : null}
        </span>
      }
      onClose={onClose}
    >
      {record && 'statement' in record ? (
        <PanelSection>
          <Statement statement={record.statement} loading={whole.isFetching} />
        </PanelSection>
      ) : null}
      {error ? (
        <PanelSection label={text('activity.error')}>
          <p className="selectable">
            <code className="mono">{error.code}</code> {error.message}
          </p>
        </PanelSection>
      ) : null}
      {record?.kind === 'query' && record.binds.length > 0 ? (
        <PanelSection label={text('activity.values')}>
          <BindTable binds={record.binds} omitted={record.bindsOmitted} />
        </PanelSection>
      ) : null}
      {record === null ? (
        <PanelSection label={text('activity.unknownKind')}>
          <RawText label={text('activity.record')}>{JSON.stringify(row.activity, null, 2)}</RawText>
        </PanelSection>
      ) : null}
      <PanelSection label={text('activity.facts')}>
        <Facts facts={[...placeFacts(row, names), ...(record ? recordFacts(record) : [])]} />
      </PanelSection>
      <PanelSection label={text('activity.trail')}>
        <Trail row={row} onFilter={onFilter} />
      </PanelSection>
      {everybody ? (
        <PanelSection label={text('audit.proof')}>
          <RecordProof record={row.id} />
        </PanelSection>
      ) : null}
    </SidePanel>
  )
}

const placeFacts = (row: ActivityRow, names: Names): readonly Fact[] => [
  [text('activity.factAt'), fullTime(row.at)],
  [text('activity.factPerson'), names.nameOf('user', row.user)],
  [text('activity.factDevice'), names.nameOf('device', row.device)],
  [text('activity.factResource'), names.nameOf('resource', row.resource)],
  [text('activity.factAccount'), names.nameOf('credential', row.credential)],
  [text('activity.factGateway'), names.nameOf('gateway', row.gateway)],
]

/** Ids that lead on, to copy and to filter by. */
const Trail = ({ row, onFilter }: { readonly row: ActivityRow; readonly onFilter: ActivityPanelProps['onFilter'] }) => {
  const ids = [
    [text('activity.connection'), row.connection],
    [text('activity.session'), row.session],
    [text('activity.lease'), row.lease],
    [text('activity.record'), row.id],
  ] as const
  return (
    <>
      <dl className={styles['ids']}>
        {ids.map(([name, id]) => (
          <div key={name} className={styles['id']}>
            <dt className="muted">{name}</dt>
            <dd className="mono truncate selectable" title={id}>
              {id}
            </dd>
            <dd>
              <CopyButton content={id} what={name} />
            </dd>
          </div>
        ))}
      </dl>
      <TextLinks>
        <TextLink onClick={() => onFilter({ connection: row.connection })}>{text('activity.showConnection')}</TextLink>
        <TextLink onClick={() => onFilter({ session: row.session })}>{text('activity.showSession')}</TextLink>
      </TextLinks>
    </>
  )
}
