/** The log of the organization, newest first. */
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFileCheck } from '@tabler/icons-react'
import { type AuditRow, auditEntryTypes } from '@sallyport/protocol/api'
import { useCallback, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { useNames } from '../../data/names.ts'
import { useLog } from '../../data/use-log.ts'
import { text } from '../../texts/text.ts'
import { ChoiceField } from '../../ui/choice-field.tsx'
import { ExportDialog } from '../../ui/export-dialog.tsx'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { FilterChip } from '../../ui/filter-chip.tsx'
import { LogActions } from '../../ui/log-actions.tsx'
import { LogList, NothingLeft } from '../../ui/log-list.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { EmptyState, ErrorBar } from '../../ui/states.tsx'
import { type Bounds, boundsOf } from '../../ui/time-range.ts'
import { TimeRangeField } from '../../ui/time-range-field.tsx'
import { clockTime, fullTime, useNow } from '../../ui/time.ts'
import { AuditPanel } from './audit-panel.tsx'
import { auditColumns } from './columns.tsx'
import { keyOf } from './entry.ts'
import { typeName } from './type-name.ts'

const PAUSE = 250
const TYPES = auditEntryTypes
  .map((value) => ({ value, label: typeName(value) }))
  .toSorted((one, other) => one.label.localeCompare(other.label))

interface AuditFilter {
  readonly bounds: Bounds
  readonly type: string | null
  readonly user: string | null
  readonly subject: string | null
  readonly text: string
}

const nothingChosen = { type: null, user: null, subject: null, text: '' } as const

const queryOf = ({ bounds, text: words, ...choices }: AuditFilter): Readonly<Record<string, string>> => ({
  ...bounds,
  ...Object.fromEntries(Object.entries(choices).filter((entry): entry is [string, string] => entry[1] !== null)),
  ...(words.trim() === '' ? {} : { text: words.trim() }),
})

/** `/audit/of/<id>`: all that was done to one thing. */
const PRESET = '/audit/of/'
const presetOf = (location: string): string | null => (location.startsWith(PRESET) ? location.slice(PRESET.length) : null)

export const AuditPage = () => {
  const [location, navigate] = useLocation()
  const preset = presetOf(location)
  const [filter, setFilter] = useState<AuditFilter>(() => ({
    ...nothingChosen,
    subject: preset,
    bounds: preset === null ? boundsOf('week', Date.now()) : {},
  }))
  const [typed, setTyped] = useState('')
  const [live, setLive] = useState(false)
  const [exporting, setExporting] = useState(false)
  const names = useNames()
  const now = useNow()
  const query = useMemo(() => queryOf(filter), [filter])
  const log = useLog('listAuditEntries', query, live)
  const set = (part: Partial<AuditFilter>): void => setFilter((before) => ({ ...before, ...part }))
  const search = useDebouncedCallback((words: string) => set({ text: words }), PAUSE)
  const clear = (): void => {
    setTyped('')
    set(nothingChosen)
  }
  const columns = useMemo(() => auditColumns(names), [names])
  const opened = preset === null && location.startsWith('/audit/') ? location.slice('/audit/'.length) : null
  // The one that was opened stays when the list has gone on.
  const [last, setLast] = useState<AuditRow>()
  const isOpened = (row: AuditRow | undefined): boolean => row !== undefined && keyOf(row) === opened
  const selected = opened === null ? undefined : isOpened(last) ? last : log.rows.find(isOpened)
  const open = useCallback(
    (row: AuditRow) => {
      setLast(row)
      navigate(`/audit/${keyOf(row)}`)
    },
    [navigate],
  )
  const isNarrow = filter.type !== null || filter.user !== null || filter.subject !== null || filter.text !== ''
  const asOf = log.updatedAt > 0 ? clockTime(new Date(log.updatedAt).toISOString(), now) : undefined
  const facts: readonly (Fact | null)[] = [
    filter.bounds.after ? [text('log.from'), fullTime(filter.bounds.after)] : null,
    filter.bounds.before ? [text('log.to'), fullTime(filter.bounds.before)] : null,
    filter.type ? [text('audit.type'), typeName(filter.type)] : null,
    filter.user ? [text('audit.person'), names.nameOf('user', filter.user)] : null,
    filter.subject ? [text('audit.factSubject'), filter.subject] : null,
    filter.text ? [text('common.search'), filter.text] : null,
  ]
  return (
    <Page
      title={text('audit.title')}
      banner={log.error ? <ErrorBar error={log.error} asOf={log.rows.length > 0 ? asOf : undefined} onRetry={log.retry} /> : null}
      actions={<LogActions searching={log.searching} live={live} onLive={setLive} onExport={() => setExporting(true)} />}
      toolbar={
        <>
          <SearchField
            label={text('audit.search')}
            placeholder={text('log.findWords')}
            value={typed}
            width={176}
            onChange={(value) => {
              setTyped(value)
              search(value)
            }}
          />
          <TimeRangeField initial={preset === null ? 'week' : 'always'} onChange={(bounds) => set({ bounds })} />
          <ChoiceField
            label={text('audit.type')}
            value={filter.type}
            options={TYPES}
            width={160}
            onChange={(type) => set({ type })}
          />
          <ChoiceField
            label={text('audit.person')}
            value={filter.user}
            options={names.all('user')}
            width={130}
            onChange={(user) => set({ user })}
          />
          {filter.subject ? <FilterChip label={text('audit.ofSubject')} onRemove={() => set({ subject: null })} /> : null}
        </>
      }
      panel={
        selected ? (
          <AuditPanel
            key={opened}
            row={selected}
            names={names}
            onFilter={(part) => {
              setTyped('')
              set({ ...nothingChosen, ...part })
            }}
            onClose={() => navigate('/audit')}
          />
        ) : null
      }
    >
      <LogList
        label={text('audit.list')}
        log={log}
        columns={columns}
        keyOf={keyOf}
        selected={opened}
        onOpen={open}
        empty={<NoEntries isNarrow={isNarrow} onClear={clear} />}
      />
      <ExportDialog
        opened={exporting}
        route="exportAuditEntries"
        query={query}
        fileName="audit-log"
        onClose={() => setExporting(false)}
      >
        {facts.some(Boolean) ? (
          <Facts facts={facts.filter((fact): fact is Fact => fact !== null)} />
        ) : (
          <p>{text('log.exportAll')}</p>
        )}
      </ExportDialog>
    </Page>
  )
}

const NoEntries = ({ isNarrow, onClear }: { readonly isNarrow: boolean; readonly onClear: () => void }) =>
  isNarrow ? (
    <NothingLeft icon={IconFileCheck} onClear={onClear} />
  ) : (
    <EmptyState icon={IconFileCheck} title={text('audit.emptyTitle')}>
      {text('audit.emptyText')}
    </EmptyState>
  )
