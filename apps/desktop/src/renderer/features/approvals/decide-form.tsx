/** Approves, perhaps for a shorter time or a later beginning, or on one device; or refuses, with a reason. Approving asks that the person is there. */
import { Button, Checkbox, TextInput } from '@mantine/core'
import type { AccessDecisionItem } from '@sallyport/protocol/api'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { timeSpan } from '../../data/access-request.ts'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import { Failure } from '../../ui/failure.tsx'
import formStyles from '../../ui/form.module.css'
import { NoteField } from '../../ui/note-field.tsx'
import { PanelSection } from '../../ui/side-panel.tsx'
import { toast } from '../../ui/toast.ts'
import styles from './approvals.module.css'
import { DECIDED } from './refreshed.ts'
import { RefuseDialog } from './refuse-dialog.tsx'

interface DecideFormProps {
  readonly item: AccessDecisionItem
  readonly intent: 'approve' | 'refuse' | null
  readonly onDone: () => void
}

export const DecideForm = ({ item, intent, onDone }: DecideFormProps) => {
  const { request, maxDuration } = item
  const most = Math.min(request.duration, maxDuration)
  const [seconds, setSeconds] = useState(most)
  const [startsAt, setStartsAt] = useState('')
  const [sameDevice, setSameDevice] = useState(false)
  const [note, setNote] = useState('')
  const [refusing, setRefusing] = useState(false)
  const approve = useChange('approveAccessRequest', DECIDED)
  const approveButton = useRef<HTMLButtonElement>(null)
  const refuseButton = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (intent === 'approve') approveButton.current?.focus()
    if (intent === 'refuse') refuseButton.current?.focus()
  }, [intent])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const begins = Date.parse(startsAt)
    approve.mutate(
      {
        parameters: { accessRequest: request.id },
        body: {
          duration: seconds === request.duration ? null : seconds,
          startsAt: Number.isNaN(begins) ? null : new Date(begins).toISOString(),
          sameDevice,
          note: note.trim(),
        },
      },
      {
        onSuccess: ({ state }) => {
          toast(text(state === 'active' ? 'approvals.approvedOpen' : 'approvals.approved'), 'decision')
          onDone()
        },
      },
    )
  }
  return (
    <div className={styles['decide']}>
      <PanelSection>
        <form onSubmit={submit} className={formStyles['form']}>
          <DurationField
            label={text('approvals.shorter')}
            value={seconds}
            most={most}
            asked={request.duration}
            onChange={(value) => setSeconds(Number(value))}
          />
          <details className={styles['more']}>
            <summary>{text('approvals.more')}</summary>
            <div className={formStyles['form']}>
              <TextInput
                type="datetime-local"
                label={text('approvals.notBefore')}
                value={startsAt}
                onChange={(event) => setStartsAt(event.currentTarget.value)}
              />
              <Checkbox
                label={text('approvals.sameDevice')}
                description={text('approvals.sameDeviceHint')}
                checked={sameDevice}
                onChange={(event) => setSameDevice(event.currentTarget.checked)}
              />
              <NoteField
                label={text('approvals.note')}
                description={text('approvals.noteHint')}
                value={note}
                minRows={2}
                onChange={setNote}
              />
            </div>
          </details>
          <Failure error={approve.error} />
          <div className={styles['actions']}>
            <Button ref={approveButton} type="submit" size="md" loading={approve.isPending}>
              {text('approvals.approve', { span: timeSpan(seconds) })}
            </Button>
            <Button ref={refuseButton} variant="default" color="bad" size="md" onClick={() => setRefusing(true)}>
              {text('approvals.refuse')}
            </Button>
          </div>
        </form>
        <RefuseDialog request={request} opened={refusing} onClose={() => setRefusing(false)} onDone={onDone} />
      </PanelSection>
    </div>
  )
}
