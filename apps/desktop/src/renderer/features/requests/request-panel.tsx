/** One request of mine: where it stands, who decided what, and what I can still do. */
import { Button } from '@mantine/core'
import type { AccessRequest } from '@sallyport/protocol/api'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { isOpen, timeSpan } from '../../data/access-request.ts'
import { titleOfName } from '../../data/credential.ts'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { Moment } from '../../ui/moment.tsx'
import { RequestStanding } from '../../ui/request-standing.tsx'
import { PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { toast } from '../../ui/toast.ts'
import { VoteList } from '../../ui/vote-list.tsx'
import { ExtendForm } from './extend-form.tsx'
import { MINE } from './refreshed.ts'
import { RequestState } from './request-state.tsx'
import styles from './requests.module.css'

interface RequestPanelProps {
  readonly request: AccessRequest
  readonly onClose: () => void
}

export const RequestPanel = ({ request, onClose }: RequestPanelProps) => {
  const now = useNow()
  const { votes } = request.approvals
  return (
    <SidePanel title={titleOfName(request.credential.name)} subtitle={<RequestStanding request={request} />} onClose={onClose}>
      <PanelSection label={text('requests.state')}>
        <RequestState request={request} now={now} />
        <Actions request={request} />
      </PanelSection>
      {request.extensible ? (
        <PanelSection label={text('requests.extendTitle')}>
          <ExtendForm request={request} />
        </PanelSection>
      ) : null}
      {votes.length > 0 ? (
        <PanelSection label={text('requests.decisions')}>
          <VoteList votes={votes} />
        </PanelSection>
      ) : null}
      <PanelSection label={text('requests.why')}>
        <p className={`${styles['reason'] ?? ''} selectable`}>{request.reason || text('access.noReason')}</p>
      </PanelSection>
      <PanelSection label={text('requests.request')}>
        <Facts facts={factsOf(request, now)} />
      </PanelSection>
    </SidePanel>
  )
}

const factsOf = (request: AccessRequest, now: number): readonly Fact[] => [
  [text('requests.factAsked'), <Moment at={request.createdAt} />],
  [text('requests.factFor'), timeSpan(request.duration)],
  ...(request.startsAt ? [[text('requests.factFrom'), clockTime(request.startsAt, now)] as const] : []),
  ...(request.rule ? [[text('requests.factRule'), request.rule.name] as const] : []),
]

const Actions = ({ request }: { readonly request: AccessRequest }) => {
  const [, navigate] = useLocation()
  const [asking, setAsking] = useState(false)
  const withdraw = useChange('withdrawAccessRequest', MINE)
  const stands = request.state === 'active'
  const name = titleOfName(request.credential.name)
  const confirm = (): void =>
    withdraw.mutate(
      { parameters: { accessRequest: request.id } },
      {
        onSuccess: () => {
          setAsking(false)
          toast(text(stands ? 'requests.givenBack' : 'requests.withdrawn'), 'request')
        },
      },
    )
  return (
    <div className={styles['actions']}>
      {stands ? (
        <Button onClick={() => navigate(`/resources/${request.credential.id}`)}>{text('requests.showResource')}</Button>
      ) : null}
      {isOpen(request) ? (
        <Button variant="default" onClick={() => setAsking(true)}>
          {text(stands ? 'requests.giveBack' : 'requests.withdraw')}
        </Button>
      ) : request.credential.resource ? (
        <Button variant="default" onClick={() => navigate(`/requests/ask/${request.credential.id}`)}>
          {text('requests.askAgain')}
        </Button>
      ) : null}
      <ConfirmDialog
        opened={asking}
        title={text(stands ? 'requests.askGiveBack' : 'requests.askWithdraw', { name })}
        confirm={text(stands ? 'requests.giveBack' : 'requests.withdraw')}
        decline={text('common.keep')}
        dangerous
        busy={withdraw.isPending}
        error={withdraw.error}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <p>{text(stands ? 'requests.giveBackText' : 'requests.withdrawText')}</p>
      </ConfirmDialog>
    </div>
  )
}
