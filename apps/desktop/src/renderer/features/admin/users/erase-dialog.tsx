/** Asks before a person is erased, with what there is about them. */
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import { fullName, type User } from '../data/names.ts'
import { HeldData, useHeldData } from './held-data.tsx'

interface EraseDialogProps {
  readonly user: User
  readonly onErased: () => void
  readonly onClose: () => void
}

export const EraseDialog = ({ user, onErased, onClose }: EraseDialogProps) => {
  const name = fullName(user)
  const parameters = { user: user.id }
  const held = useHeldData(user.id)
  const erase = useChange('erasePerson', adminLists)
  const make = (): void =>
    erase.mutate(
      { parameters },
      {
        onSuccess: () => {
          toast(text('users.doneErase', { name }))
          onErased()
        },
      },
    )
  return (
    <ConfirmDialog
      opened
      title={text('users.askErase', { name })}
      confirm={text('users.confirmErase')}
      dangerous
      busy={erase.isPending}
      disabled={!held.data}
      error={erase.error ?? held.error}
      onConfirm={make}
      onClose={onClose}
    >
      <p>{text('users.eraseText')}</p>
      <HeldData user={user.id} />
    </ConfirmDialog>
  )
}
