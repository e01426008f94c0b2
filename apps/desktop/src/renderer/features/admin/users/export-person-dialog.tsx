/** What is held about a person, as a file to be handed to them. */
import { useExport } from '../../../data/use-export.ts'
import { text } from '../../../texts/text.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { toast } from '../../../ui/toast.ts'
import { fullName, type User } from '../data/names.ts'
import { HeldData } from './held-data.tsx'

export const ExportPersonDialog = ({ user, onClose }: { readonly user: User; readonly onClose: () => void }) => {
  const exporting = useExport()
  const parameters = { user: user.id }
  const start = async (): Promise<void> => {
    const rows = await exporting.start({
      route: 'exportPersonalData',
      input: { parameters },
      format: 'json-lines',
      fileName: `person-${user.id}`,
    })
    if (rows === null) return
    toast(text('users.exportDone', { count: rows }), 'export')
    onClose()
  }
  const close = (): void => {
    exporting.stop()
    onClose()
  }
  return (
    <ConfirmDialog
      opened
      title={text('users.exportTitle', { name: fullName(user) })}
      confirm={text('users.exportStart')}
      busy={exporting.written !== null}
      error={exporting.error}
      onConfirm={() => void start()}
      onClose={close}
    >
      <p>{text('users.exportText')}</p>
      <HeldData user={user.id} />
      {exporting.written === null ? null : (
        <p className="muted numbers" role="status">
          {text('log.exportProgress', { count: exporting.written })}
        </p>
      )}
    </ConfirmDialog>
  )
}
