/** Where the log is sent, how far each of them is, and stopping one. They are added on the command line, which seals what they need. */
import { Button } from '@mantine/core'
import { assertNever } from '@sallyport/protocol'
import type { Sink } from '@sallyport/protocol/api'
import { useState } from 'react'
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { ErrorBar } from '../../../ui/states.tsx'
import { Status } from '../../../ui/status.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan, type Propose } from '../change/plan.ts'
import styles from './organization.module.css'

const placeOf = ({ destination }: Sink): string => {
  switch (destination.kind) {
    case 'file':
      return text('sinks.file')
    case 'syslog':
      return text('sinks.syslog', { place: `${destination.host}:${destination.port}` })
    case 'webhook':
      return text('sinks.webhook', { place: destination.url })
    case 'object-store':
      return text('sinks.objectStore', { place: `${destination.bucket}/${destination.prefix}` })
    case 'otlp':
      return text('sinks.otlp', { place: destination.url })
    default:
      return assertNever(destination)
  }
}

const SinkState = ({ sink: { enabled, problem, behind } }: { readonly sink: Sink }) => {
  if (!enabled) return <Status kind="off">{text('sinks.stopped')}</Status>
  if (problem !== null) return <Status kind="failed">{text('sinks.failing')}</Status>
  if (behind > 0) return <Status kind="preparing">{text('sinks.behind', { count: behind })}</Status>
  return <Status kind="ready">{text('sinks.upToDate')}</Status>
}

const switching = ({ id, name, enabled }: Sink): Plan =>
  plan(
    { route: 'changeSink', input: { parameters: { sink: id }, body: { enabled: !enabled } } },
    enabled
      ? {
          title: text('sinks.stopTitle', { name }),
          text: text('sinks.stopText'),
          confirm: text('sinks.stopConfirm'),
          done: text('sinks.stopDone', { name }),
        }
      : {
          title: text('sinks.startTitle', { name }),
          text: text('sinks.startText'),
          confirm: text('sinks.startConfirm'),
          done: text('sinks.startDone', { name }),
        },
  )

const removing = ({ id, name }: Sink): Plan =>
  plan(
    { route: 'deleteSink', input: { parameters: { sink: id } } },
    {
      title: text('sinks.removeTitle', { name }),
      text: text('sinks.removeText'),
      confirm: text('sinks.removeConfirm'),
      done: text('sinks.removeDone', { name }),
      dangerous: true,
    },
  )

interface SinkRowProps {
  readonly sink: Sink
  /** Null: may only look. */
  readonly propose: Propose | null
}

const SinkRow = ({ sink, propose }: SinkRowProps) => (
  <div className={styles['sink']}>
    <Facts
      facts={[
        [sink.name, <SinkState key="state" sink={sink} />],
        [text('sinks.to'), placeOf(sink)],
        ...(sink.problem === null
          ? []
          : [
              [text('sinks.since'), <Moment key="since" at={sink.problem.since} />] as const,
              [text('sinks.why'), sink.problem.message] as const,
            ]),
      ]}
    />
    {propose === null ? null : (
      <div className={styles['sinkActions']}>
        <Button variant="default" onClick={() => propose(switching(sink))}>
          {text(sink.enabled ? 'sinks.stop' : 'sinks.start')}
        </Button>
        <Button variant="subtle" onClick={() => propose(removing(sink))}>
          {text('sinks.remove')}
        </Button>
      </div>
    )}
  </div>
)

export const SinksSection = ({ mayChange }: { readonly mayChange: boolean }) => {
  const query = useRoute('listSinks', {})
  const [pending, setPending] = useState<Plan | null>(null)
  const sinks = query.data?.items ?? []
  return (
    <section className={styles['group']} aria-label={text('sinks.title')}>
      <div>
        <h2 className={styles['groupTitle']}>{text('sinks.title')}</h2>
        <p className={styles['hint']}>{text('sinks.hint')}</p>
      </div>
      <div className={styles['fields']}>
        {query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
        {query.data && sinks.length === 0 ? <p className="muted">{text('sinks.none')}</p> : null}
        {sinks.map((sink) => (
          <SinkRow key={sink.id} sink={sink} propose={mayChange ? setPending : null} />
        ))}
      </div>
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </section>
  )
}
