/** Refuses with a reason, which the person who asked reads. */
import { Button } from '@mantine/core'
import type { AccessRequest } from '@sallyport/protocol/api'
import { useState } from 'react'
import { titleOfName } from '../../data/credential.ts'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { NoteField } from '../../ui/note-field.tsx'
import { toast } from '../../ui/toast.ts'
import styles from './approvals.module.css'
import { DECIDED } from './refreshed.ts'

interface RefuseDialogProps {
  readonly request: AccessRequest
  readonly opened: boolean
  readonly onClose: () => void
  readonly onDone: () => void
}

const QUICK = ['approvals.quickReplica', 'approvals.quickNarrower', 'approvals.quickUnclear', 'approvals.quickLater'] as const

export const RefuseDialog = ({ request, opened, onClose, onDone }: RefuseDialogProps) => {
  const [note, setNote] = useState('')
  const refuse = useChange('refuseAccessRequest', DECIDED)
  const confirm = (): void =>
    refuse.mutate(
      { parameters: { accessRequest: request.id }, body: { note: note.trim() } },
      {
        onSuccess: () => {
          toast(text('approvals.refused'), 'decision')
          onClose()
          onDone()
        },
      },
    )
  return (
    <ConfirmDialog
      opened={opened}
      title={text('approvals.refuseTitle', { what: titleOfName(request.credential.name) })}
      confirm={text('approvals.refuseConfirm')}
      dangerous
      busy={refuse.isPending}
      disabled={note.trim() === ''}
      error={refuse.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <NoteField
        label={text('approvals.refuseReason')}
        description={text('approvals.noteHint')}
        value={note}
        onChange={setNote}
      />
      <div className={styles['quick']} role="group" aria-label={text('approvals.quickReasons')}>
        {QUICK.map((key) => (
          <Button key={key} size="compact-sm" variant="default" onClick={() => setNote(text(key))}>
            {text(key)}
          </Button>
        ))}
      </div>
    </ConfirmDialog>
  )
}
