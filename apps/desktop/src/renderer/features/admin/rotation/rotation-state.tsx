/** What came of rotations, and when the next one is due. */
import type { CredentialRotation, RotationReason } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'
import { type Fact, Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { count } from '../../../ui/numbers.ts'
import { Status, type StatusKind } from '../../../ui/status.tsx'
import { clockTime, useNow } from '../../../ui/time.ts'

type Last = NonNullable<CredentialRotation['last']>

const STATES: Readonly<Record<Last['state'], readonly [StatusKind, () => string]>> = {
  waiting: ['preparing', () => text('rotation.waiting')],
  taken: ['preparing', () => text('rotation.taken')],
  done: ['ready', () => text('rotation.done')],
  failed: ['failed', () => text('rotation.failed')],
}

const REASONS: Readonly<Record<RotationReason, () => string>> = {
  schedule: () => text('rotation.reasonSchedule'),
  demand: () => text('rotation.reasonDemand'),
  session: () => text('rotation.reasonSession'),
  compromise: () => text('rotation.reasonCompromise'),
  retry: () => text('rotation.reasonRetry'),
  check: () => text('rotation.reasonCheck'),
}

const Attempt = ({ last }: { readonly last: Last }) => {
  const now = useNow()
  const [kind, word] = STATES[last.state]
  return (
    <>
      <Status kind={kind}>{word()}</Status>
      <p className="muted">
        {text('rotation.outcome', {
          account: last.userName,
          time: clockTime(last.startedAt, now),
          reason: REASONS[last.reason](),
        })}
      </p>
      {last.state === 'failed' ? (
        <p className="muted">
          {last.message} {text('rotation.failedText')}
        </p>
      ) : null}
    </>
  )
}

export const RotationState = ({ rotation }: { readonly rotation: CredentialRotation }) => {
  const { dueAt, rotatedAt, failures, last, second } = rotation
  const facts: readonly Fact[] = [
    [text('rotation.due'), dueAt === null ? text('rotation.dueNone') : <Moment at={dueAt} />],
    [text('rotation.rotated'), <Moment at={rotatedAt} />],
    ...(failures > 0 ? [[text('rotation.failures'), count(failures)] as const] : []),
    ...(second === null ? [] : [[text('rotation.second'), second.userName] as const]),
    [text('rotation.last'), last === null ? text('rotation.lastNone') : <Attempt last={last} />],
  ]
  return <Facts facts={facts} />
}
