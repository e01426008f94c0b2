/** Administrators may end a request, or the access that came of it. */
import { Button } from '@mantine/core'
import type { AccessRequest } from '@sallyport/protocol/api'
import { useState } from 'react'
import { isOpen, personName } from '../../data/access-request.ts'
import { titleOfName } from '../../data/credential.ts'
import { usePermissions } from '../../data/permissions.ts'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { PanelSection } from '../../ui/side-panel.tsx'
import { toast } from '../../ui/toast.ts'
import { DECIDED } from './refreshed.ts'

interface CancelRequestProps {
  readonly request: AccessRequest
  readonly onDone: () => void
}

export const CancelRequest = ({ request, onDone }: CancelRequestProps) => {
  const [asking, setAsking] = useState(false)
  const cancel = useChange('cancelAccessRequest', DECIDED)
  const may = usePermissions().has('requests.write')
  if (!may || !isOpen(request)) return null
  const stands = request.state === 'active'
  const act = text(stands ? 'approvals.cancelActive' : 'approvals.cancel')
  const confirm = (): void =>
    cancel.mutate(
      { parameters: { accessRequest: request.id } },
      {
        onSuccess: () => {
          toast(text('approvals.cancelled'), 'decision')
          setAsking(false)
          onDone()
        },
      },
    )
  return (
    <PanelSection>
      <Button variant="subtle" color="bad" onClick={() => setAsking(true)}>
        {act}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={text('approvals.cancelTitle', { what: titleOfName(request.credential.name), name: personName(request.requester) })}
        confirm={act}
        decline={text('common.keep')}
        dangerous
        busy={cancel.isPending}
        error={cancel.error}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <p>{text(stands ? 'approvals.cancelActiveText' : 'approvals.cancelText')}</p>
      </ConfirmDialog>
    </PanelSection>
  )
}
