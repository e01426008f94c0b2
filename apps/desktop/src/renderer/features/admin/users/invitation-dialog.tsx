/** An invitation, shown once. */
import { text } from '../../../texts/text.ts'
import { clockTime, useNow } from '../../../ui/time.ts'
import { ShownOnce } from '../parts/shown-once.tsx'

export interface Invitation {
  readonly name: string
  readonly invitation: string
  readonly link: string
  readonly expiresAt: string
}

interface InvitationDialogProps {
  readonly invitation: Invitation | null
  readonly onClose: () => void
}

export const InvitationDialog = ({ invitation, onClose }: InvitationDialogProps) => {
  const now = useNow()
  if (!invitation) return null
  const { name, expiresAt } = invitation
  return (
    <ShownOnce
      opened
      title={text('users.inviteTitle', { name })}
      note={text('users.inviteNote', { name, time: clockTime(expiresAt, now) })}
      lines={[
        { label: text('users.inviteLink'), content: invitation.link },
        { label: text('users.inviteCode'), content: invitation.invitation },
      ]}
      done={text('users.inviteClose')}
      onClose={onClose}
    />
  )
}
