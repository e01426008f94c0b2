/** Everything that a decision rests on, in the order in which it matters: why, who, what, for how long, and what was last time. */
import type { AccessDecisionItem } from '@sallyport/protocol/api'
import { personName, timeSpan } from '../../data/access-request.ts'
import { titleOfName } from '../../data/credential.ts'
import { text } from '../../texts/text.ts'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { Moment } from '../../ui/moment.tsx'
import { RequestStanding } from '../../ui/request-standing.tsx'
import { PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { VoteList } from '../../ui/vote-list.tsx'
import styles from './approvals.module.css'
import { CancelRequest } from './cancel-request.tsx'
import { DecideForm } from './decide-form.tsx'
import { DeviceFacts } from './device-facts.tsx'
import { ReviewForm } from './review-form.tsx'
import { UseText } from './use-text.tsx'

interface DecisionPanelProps {
  readonly item: AccessDecisionItem
  /** What the focus goes to when the panel opens. */
  readonly intent?: 'approve' | 'refuse' | null
  readonly onClose: () => void
}

export const DecisionPanel = ({ item, intent = null, onClose }: DecisionPanelProps) => {
  const { request, device, lastUse, use } = item
  const now = useNow()
  return (
    <SidePanel title={titleOfName(request.credential.name)} subtitle={<RequestStanding request={request} />} onClose={onClose}>
      <PanelSection>
        <blockquote className={styles['reason']} style={{ margin: 0 }}>
          <span className="selectable">{request.reason || text('access.noReason')}</span>
        </blockquote>
      </PanelSection>
      <PanelSection label={text('approvals.person')}>
        <p className="selectable">
          <strong>{personName(request.requester)}</strong> <span className="muted">{request.requester.email}</span>
        </p>
        <DeviceFacts device={device} now={now} />
      </PanelSection>
      <PanelSection label={text(request.access ? 'approvals.targetGot' : 'approvals.target')}>
        <Facts facts={targetFacts(item, now)} />
      </PanelSection>
      <PanelSection label={text('approvals.lastTime')}>
        <UseText use={lastUse} request={request} now={now} />
      </PanelSection>
      {use ? (
        <PanelSection label={text('approvals.thisTime')}>
          <UseText use={use} request={request} now={now} />
        </PanelSection>
      ) : null}
      <Decisions item={item} now={now} />
      <Act item={item} intent={intent} onDone={onClose} />
      <CancelRequest request={request} onDone={onClose} />
    </SidePanel>
  )
}

const targetFacts = ({ request, target }: AccessDecisionItem, now: number): readonly Fact[] => {
  const from = request.startsAt ? `, ${text('approvals.from', { time: clockTime(request.startsAt, now) })}` : ''
  const duration: Fact = [text('approvals.columnFor'), `${timeSpan(request.duration)}${from}`]
  const asked: Fact = [text('approvals.columnAsked'), <Moment at={request.createdAt} />]
  if (!target) return [[text('approvals.columnRequest'), text('approvals.targetGone')], duration, asked]
  return [
    [text('approvals.accountLabel'), target.userName],
    [text('approvals.addressLabel'), `${target.host}:${target.port}`],
    [text('approvals.databases'), target.databases.length > 0 ? target.databases.join(', ') : text('approvals.allDatabases')],
    [text('approvals.site'), target.site],
    duration,
    asked,
  ]
}

const Decisions = ({ item: { request }, now }: { readonly item: AccessDecisionItem; readonly now: number }) => {
  const { votes, needed, given } = request.approvals
  const waits = request.state === 'pending'
  const sentences: readonly string[] = waits
    ? [
        text('approvals.still', { count: Math.max(0, needed - given - 1) }),
        text('approvals.silence', { time: clockTime(request.waitsUntil, now) }),
        ...(request.escalatedAt ? [text('approvals.escalated', { time: clockTime(request.escalatedAt, now) })] : []),
      ]
    : []
  if (votes.length === 0 && sentences.length === 0) return null
  return (
    <PanelSection label={text('approvals.decisions')}>
      {votes.length > 0 ? <VoteList votes={votes} /> : null}
      <p className="muted">{sentences.join(' ')}</p>
    </PanelSection>
  )
}

interface ActProps {
  readonly item: AccessDecisionItem
  readonly intent: 'approve' | 'refuse' | null
  readonly onDone: () => void
}

/** What the caller can do, or why they cannot. */
const Act = ({ item, intent, onDone }: ActProps) => {
  const { request, ownVote, refusal } = item
  if (ownVote) {
    return (
      <PanelSection>
        <p>{text(ownVote === 'approve' ? 'approvals.youApproved' : 'approvals.youRefused')}</p>
      </PanelSection>
    )
  }
  const reviewable = request.review !== null && request.review.reviewer === null && request.kind === 'emergency'
  if (request.state !== 'pending' && !reviewable) return null
  if (refusal) {
    return (
      <PanelSection>
        <p className="muted">{refusal.message}</p>
      </PanelSection>
    )
  }
  return reviewable ? (
    <ReviewForm request={request} onDone={onDone} />
  ) : (
    <DecideForm item={item} intent={intent} onDone={onDone} />
  )
}
