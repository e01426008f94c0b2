/** Asks before a person is erased, with what there is about them. */
import { useChange, useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { count } from '../../../ui/numbers.ts'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import { fullName, type User } from '../data/names.ts'

interface EraseDialogProps {
  readonly user: User
  readonly onErased: () => void
  readonly onClose: () => void
}

export const EraseDialog = ({ user, onErased, onClose }: EraseDialogProps) => {
  const name = fullName(user)
  const parameters = { user: user.id }
  const held = useRoute('getPersonalData', { parameters })
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
      {held.data ? (
        <Facts
          facts={[
            [text('users.eraseRecords'), count(held.data.tables.reduce((sum, { rows }) => sum + rows, 0))],
            [text('users.eraseActivity'), <Moment at={held.data.lastActivityAt} />],
          ]}
        />
      ) : null}
    </ConfirmDialog>
  )
}
