/** The log as it is proven: its head, its keys, who cosigns it, and where it is sent on. */
import { Button } from '@mantine/core'
import type { LogState } from '@sallyport/protocol/api'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { type Fact, Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { count } from '../../../ui/numbers.ts'
import { ErrorBar, SkeletonRows } from '../../../ui/states.tsx'
import { Status } from '../../../ui/status.tsx'
import { clockTime, useNow } from '../../../ui/time.ts'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import { useRefreshed } from '../data/use-refreshed.ts'
import { GroupActions, SettingsGroup } from '../../../ui/settings-group.tsx'
import { SinksSection } from '../sinks/sinks-section.tsx'
import { ExportSection } from './export-section.tsx'
import { withCopy } from './with-copy.tsx'
import { WitnessesSection } from './witnesses-section.tsx'

export const LogPage = () => {
  const may = usePermissions()
  const mayChange = may.has('settings.write')
  return (
    <>
      {may.has('audit.read') ? <LogSections mayChange={mayChange} /> : null}
      <SinksSection mayChange={mayChange} />
    </>
  )
}

interface SectionProps {
  readonly mayChange: boolean
}

const LogSections = ({ mayChange }: SectionProps) => {
  const query = useRoute('getLog', {})
  useRefreshed('getLog')
  const log = query.data
  return (
    <>
      {query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      {query.isPending ? <SkeletonRows count={4} /> : null}
      {log ? (
        <>
          <LogHead log={log} mayChange={mayChange} />
          <ExportSection signed={log.checkpoint !== null} />
          <WitnessesSection log={log} mayChange={mayChange} />
        </>
      ) : null}
    </>
  )
}

const planNewKey = (): Plan =>
  plan(
    { route: 'startLogKey', input: {} },
    {
      title: text('witnesses.askStartKey'),
      text: text('witnesses.startKeyText'),
      confirm: text('witnesses.confirmStartKey'),
      done: text('witnesses.doneStartKey'),
      dangerous: true,
    },
  )

const LogHead = ({ log, mayChange }: SectionProps & { readonly log: LogState }) => {
  const now = useNow()
  const [pending, setPending] = useState<Plan | null>(null)
  const { checkpoint, witnessed, quorum, problem } = log
  const facts: readonly Fact[] = [
    ...(problem === null
      ? []
      : [
          [
            text('witnesses.problem'),
            <Status key="problem" kind="failed">
              {problem.message}
            </Status>,
          ] as const,
          [text('witnesses.since'), <Moment key="since" at={problem.since} />] as const,
        ]),
    [text('witnesses.origin'), <code className="mono">{log.origin}</code>],
    [text('witnesses.entries'), count(log.size)],
    [
      text('witnesses.signed'),
      checkpoint === null
        ? text('witnesses.notSigned')
        : text('witnesses.signedText', { count: checkpoint.size, time: clockTime(checkpoint.signedAt, now) }),
    ],
    [
      text('witnesses.witnessed'),
      witnessed === null ? text('witnesses.notWitnessed') : text('witnesses.witnessedText', { count: witnessed.size, quorum }),
    ],
    ...log.keys.map((key, at): Fact => [
      text(at === 0 ? 'witnesses.key' : 'witnesses.keyBefore'),
      withCopy(key, text('witnesses.copyKey')),
    ]),
  ]
  return (
    <SettingsGroup title={text('witnesses.log')} hint={text('witnesses.logHint')}>
      <Facts facts={facts} />
      {mayChange ? (
        <GroupActions>
          <Button variant="default" onClick={() => setPending(planNewKey())}>
            {text('witnesses.startKey')}
          </Button>
        </GroupActions>
      ) : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SettingsGroup>
  )
}
