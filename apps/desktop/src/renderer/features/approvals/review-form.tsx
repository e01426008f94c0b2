/** Says whether emergency access was justified. */
import { Button } from '@mantine/core'
import type { AccessRequest } from '@sallyport/protocol/api'
import { useState } from 'react'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { Failure } from '../../ui/failure.tsx'
import formStyles from '../../ui/form.module.css'
import { NoteField } from '../../ui/note-field.tsx'
import { PanelSection } from '../../ui/side-panel.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { toast } from '../../ui/toast.ts'
import styles from './approvals.module.css'
import { DECIDED } from './refreshed.ts'

interface ReviewFormProps {
  readonly request: AccessRequest
  readonly onDone: () => void
}

export const ReviewForm = ({ request, onDone }: ReviewFormProps) => {
  const [note, setNote] = useState('')
  const now = useNow()
  const review = useChange('reviewEmergencyAccess', DECIDED)
  const say = (verdict: 'justified' | 'unjustified') => (): void =>
    review.mutate(
      { parameters: { accessRequest: request.id }, body: { verdict, note: note.trim() } },
      {
        onSuccess: () => {
          toast(text('approvals.reviewed'), 'decision')
          onDone()
        },
      },
    )
  const due = request.review?.dueAt ?? null
  const blank = note.trim() === ''
  return (
    <PanelSection label={text('approvals.reviewTitle')}>
      <div className={formStyles['form']}>
        <p>
          {due === null
            ? text('approvals.reviewLater')
            : text(request.review?.overdue ? 'approvals.reviewOverdue' : 'approvals.reviewDue', { time: clockTime(due, now) })}
        </p>
        <NoteField
          label={text('approvals.reviewNote')}
          description={text('approvals.reviewHint')}
          value={note}
          onChange={setNote}
        />
        <Failure error={review.error} />
        <div className={styles['actions']}>
          <Button size="md" disabled={blank} loading={review.isPending} onClick={say('justified')}>
            {text('approvals.justified')}
          </Button>
          <Button size="md" variant="default" color="bad" disabled={blank} onClick={say('unjustified')}>
            {text('approvals.unjustified')}
          </Button>
        </div>
      </div>
    </PanelSection>
  )
}
