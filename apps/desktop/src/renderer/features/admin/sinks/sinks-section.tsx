/** Where log and activity are sent, how far each of them is, and what can be done about it. */
import { Button } from '@mantine/core'
import type { Sink, SinkStreamState } from '@sallyport/protocol/api'
import { useState } from 'react'
import { useChange, useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { errorText } from '../../../ui/error-text.ts'
import { type Fact, Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { ErrorBar } from '../../../ui/states.tsx'
import { Status } from '../../../ui/status.tsx'
import { toast } from '../../../ui/toast.ts'
import { ChangeDialog } from '../change/change-dialog.tsx'
import type { Plan, Propose } from '../change/plan.ts'
import { useRefreshed } from '../data/use-refreshed.ts'
import { NameDialog } from '../parts/name-dialog.tsx'
import { GroupActions, SettingsGroup } from '../../../ui/settings-group.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { type MadeSink, SinkDialog } from './sink-dialog.tsx'
import { planRemoval, planSwitch } from './sink-plans.ts'
import { placeText, streamText } from './sink-text.ts'
import styles from './sinks.module.css'
import { StreamsDialog } from './streams-dialog.tsx'

const StreamState = ({ enabled, stream }: { readonly enabled: boolean; readonly stream: SinkStreamState }) => {
  const { problem, behind } = stream
  if (!enabled) return <Status kind="off">{text('sinks.stopped')}</Status>
  if (problem !== null) return <Status kind="failed">{text('sinks.failing')}</Status>
  if (behind > 0) return <Status kind="preparing">{text('sinks.behind', { count: behind })}</Status>
  return <Status kind="ready">{text('sinks.upToDate')}</Status>
}

const Dated = ({ label, at }: { readonly label: string; readonly at: string | null }) => (
  <span className={styles['dated']}>
    <span className="muted">{label}</span>
    <Moment at={at} />
  </span>
)

const StreamFacts = ({ enabled, stream }: { readonly enabled: boolean; readonly stream: SinkStreamState }) => (
  <div className={styles['stream']}>
    <StreamState enabled={enabled} stream={stream} />
    <Dated label={text('sinks.delivered')} at={stream.deliveredAt} />
    <span className="muted">{text('sinks.place', { next: stream.next })}</span>
    {stream.problem === null ? null : (
      <>
        <Dated label={text('sinks.since')} at={stream.problem.since} />
        <Dated label={text('sinks.next')} at={stream.problem.retryAt} />
        <p className={styles['why']}>{stream.problem.message}</p>
      </>
    )}
  </div>
)

const factsOf = (sink: Sink): readonly Fact[] => [
  [sink.name, placeText(sink)],
  ...sink.streams.map((stream): Fact => [
    streamText(stream.stream),
    <StreamFacts key={stream.stream} enabled={sink.enabled} stream={stream} />,
  ]),
]

interface SinkRowProps {
  readonly sink: Sink
  /** Null: may only look. */
  readonly propose: Propose | null
  readonly onRename: () => void
  readonly onStreams: () => void
  readonly onSecret: () => void
}

const SinkRow = ({ sink, propose, onRename, onStreams, onSecret }: SinkRowProps) => {
  const retry = useChange('changeSink', ['listSinks'])
  const tryNow = (): void =>
    retry.mutate(
      { parameters: { sink: sink.id }, body: { enabled: true } },
      {
        onSuccess: () => toast(text('sinks.trying', { name: sink.name })),
        onError: (error) => toast(errorText(error).message),
      },
    )
  return (
    <div className={styles['sink']} role="group" aria-label={sink.name}>
      <Facts facts={factsOf(sink)} />
      {propose === null ? null : (
        <GroupActions>
          {sink.enabled && sink.streams.some(({ problem }) => problem !== null) ? (
            <Button variant="default" loading={retry.isPending} onClick={tryNow}>
              {text('sinks.tryNow')}
            </Button>
          ) : null}
          <Button variant="default" onClick={() => propose(planSwitch(sink))}>
            {text(sink.enabled ? 'sinks.stop' : 'sinks.start')}
          </Button>
          <Button variant="subtle" onClick={onStreams}>
            {text('sinks.changeStreams')}
          </Button>
          {sink.destination.kind === 'file' ? null : (
            <Button variant="subtle" onClick={onSecret}>
              {text('sinks.replaceSecret')}
            </Button>
          )}
          <Button variant="subtle" onClick={onRename}>
            {text('sinks.rename')}
          </Button>
          <Button variant="subtle" onClick={() => propose(planRemoval(sink))}>
            {text('sinks.remove')}
          </Button>
        </GroupActions>
      )}
    </div>
  )
}

export const SinksSection = ({ mayChange }: { readonly mayChange: boolean }) => {
  const query = useRoute('listSinks', {})
  useRefreshed('listSinks')
  const [pending, setPending] = useState<Plan | null>(null)
  const [adding, setAdding] = useState(false)
  const [renaming, setRenaming] = useState<Sink | null>(null)
  const [sending, setSending] = useState<Sink | null>(null)
  const [replacing, setReplacing] = useState<Sink | null>(null)
  const [made, setMade] = useState<MadeSink | null>(null)
  const sinks = query.data?.items ?? []
  return (
    <SettingsGroup title={text('sinks.title')} hint={text('sinks.hint')}>
      {query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      {query.data && sinks.length === 0 ? <p className="muted">{text('sinks.none')}</p> : null}
      {sinks.map((sink) => (
        <SinkRow
          key={sink.id}
          sink={sink}
          propose={mayChange ? setPending : null}
          onRename={() => setRenaming(sink)}
          onStreams={() => setSending(sink)}
          onSecret={() => setReplacing(sink)}
        />
      ))}
      {mayChange ? (
        <Button variant="default" onClick={() => setAdding(true)}>
          {text('sinks.addOpen')}
        </Button>
      ) : null}
      {adding ? (
        <SinkDialog
          onClose={() => setAdding(false)}
          onMade={(sink) => {
            setAdding(false)
            setMade(sink)
          }}
        />
      ) : null}
      {replacing ? (
        <SecretDialog
          sink={replacing}
          onClose={() => setReplacing(null)}
          onMade={(sink) => {
            setReplacing(null)
            setMade(sink)
          }}
        />
      ) : null}
      {made?.key ? (
        <ShownOnce
          opened
          title={text('sinks.keyTitle', { name: made.name })}
          note={text('sinks.keyShown')}
          lines={[{ label: text('sinks.key'), content: made.key }]}
          done={text('sinks.keyClose')}
          onClose={() => setMade(null)}
        />
      ) : null}
      {renaming ? <RenameSink sink={renaming} onClose={() => setRenaming(null)} /> : null}
      {sending ? <StreamsDialog sink={sending} onClose={() => setSending(null)} /> : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SettingsGroup>
  )
}

const RenameSink = ({ sink, onClose }: { readonly sink: Sink; readonly onClose: () => void }) => {
  const change = useChange('changeSink', ['listSinks'])
  return (
    <NameDialog
      title={text('sinks.renameTitle', { name: sink.name })}
      submit={text('admin.save')}
      label={text('sinks.name')}
      name={sink.name}
      busy={change.isPending}
      error={change.error}
      onSubmit={(name) => change.mutate({ parameters: { sink: sink.id }, body: { name } }, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
