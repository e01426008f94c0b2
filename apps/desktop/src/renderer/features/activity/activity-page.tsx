/** What was done on resources: by oneself, and for auditors by everybody; live if wanted. */
import { useCallback, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { useNames } from '../../data/names.ts'
import { usePermissions } from '../../data/permissions.ts'
import { useLog } from '../../data/use-log.ts'
import { text } from '../../texts/text.ts'
import { ExportDialog } from '../../ui/export-dialog.tsx'
import { LogActions } from '../../ui/log-actions.tsx'
import { LogList } from '../../ui/log-list.tsx'
import { Page } from '../../ui/page.tsx'
import { ErrorBar } from '../../ui/states.tsx'
import { boundsOf } from '../../ui/time-range.ts'
import { clockTime, useNow } from '../../ui/time.ts'
import { ActivityFilters } from './activity-filters.tsx'
import { ActivityPanel } from './activity-panel.tsx'
import { activityColumns, type ActivityRow } from './columns.tsx'
import { NoActivity } from './no-activity.tsx'
import { type ActivityFilter, filterQuery, noFilter } from './filter.ts'
import { FilterWords } from './filter-words.tsx'
import { ScopeSwitch } from './scope-switch.tsx'

const keyOf = ({ id }: ActivityRow): string => id

/** `/activity/of/<person>/<credential>`: what somebody did with something. */
const presetOf = (location: string): Pick<ActivityFilter, 'user' | 'credential'> | null => {
  const [, , of, user = null, credential = null] = location.split('/')
  return of === 'of' ? { user, credential } : null
}

export const ActivityPage = () => {
  const [location, navigate] = useLocation()
  const preset = presetOf(location)
  const mayAll = usePermissions().has('activity.read')
  const [scope, setScope] = useState<'mine' | 'all'>(preset ? 'all' : 'mine')
  const everybody = scope === 'all' && mayAll
  const [filter, setFilter] = useState<ActivityFilter>(() => ({
    ...noFilter,
    ...(preset ?? { bounds: boundsOf('day', Date.now()) }),
  }))
  const [live, setLive] = useState(false)
  const [exporting, setExporting] = useState(false)
  const names = useNames()
  const now = useNow()

  const asked = useMemo(() => filterQuery(filter, everybody ? 'all' : 'mine'), [filter, everybody])
  const query = useMemo(() => ({ ...asked, view: 'short' }), [asked])
  const log = useLog(everybody ? 'listActivity' : 'listMyActivity', query, live)
  const opened = preset || !location.startsWith('/activity/') ? null : location.slice('/activity/'.length)
  const open = useCallback(({ id }: ActivityRow) => navigate(`/activity/${id}`), [navigate])
  const columns = useMemo(() => activityColumns({ names, everybody }), [names, everybody])
  const clear = (): void => setFilter({ ...noFilter, bounds: filter.bounds })
  const asOf = log.updatedAt > 0 ? clockTime(new Date(log.updatedAt).toISOString(), now) : undefined
  return (
    <Page
      title={text('activity.title')}
      banner={log.error ? <ErrorBar error={log.error} asOf={log.rows.length > 0 ? asOf : undefined} onRetry={log.retry} /> : null}
      actions={
        <>
          {mayAll ? <ScopeSwitch scope={scope} onChange={setScope} /> : null}
          <LogActions searching={log.searching} live={live} onLive={setLive} onExport={() => setExporting(true)} />
        </>
      }
      toolbar={
        <ActivityFilters
          filter={filter}
          names={names}
          everybody={everybody}
          initialRange={preset ? 'always' : 'day'}
          onFilter={setFilter}
        />
      }
      panel={
        opened === null ? null : (
          <ActivityPanel
            key={opened}
            id={opened}
            listed={log.rows.find((row) => row?.id === opened)}
            everybody={everybody}
            names={names}
            onFilter={(part) => setFilter({ ...noFilter, bounds: filter.bounds, ...part })}
            onClose={() => navigate('/activity')}
          />
        )
      }
    >
      <LogList
        label={text('activity.list')}
        log={log}
        columns={columns}
        keyOf={keyOf}
        selected={opened}
        onOpen={open}
        empty={<NoActivity filter={filter} everybody={everybody} onClear={clear} />}
      />
      <ExportDialog
        opened={exporting}
        route={everybody ? 'exportActivity' : 'exportMyActivity'}
        query={asked}
        fileName="activity"
        onClose={() => setExporting(false)}
      >
        <FilterWords filter={filter} everybody={everybody} names={names} />
      </ExportDialog>
    </Page>
  )
}
