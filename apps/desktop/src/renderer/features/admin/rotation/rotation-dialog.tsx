/** When and how the password of a credential is rotated, and what came of the last time. */
import { usePermissions } from '../../../data/permissions.ts'
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Dialog } from '../../../ui/dialog.tsx'
import { ErrorBar, SkeletonRows } from '../../../ui/states.tsx'
import type { Credential, Resource } from '../data/names.ts'
import { useRefreshed } from '../data/use-refreshed.ts'
import { RotationForm } from './rotation-form.tsx'
import { RotationState } from './rotation-state.tsx'

interface RotationDialogProps {
  readonly resource: Resource
  readonly credential: Credential
  /** `shop · read-only`. */
  readonly name: string
  readonly onClose: () => void
}

export const RotationDialog = ({ resource, credential, name, onClose }: RotationDialogProps) => {
  const mayChange = usePermissions().has('secrets.write')
  const query = useRoute('getRotation', { parameters: { credential: credential.id } })
  useRefreshed('getRotation')
  const rotation = query.data
  if (rotation && mayChange)
    return <RotationForm resource={resource} credential={credential} name={name} rotation={rotation} onClose={onClose} />
  return (
    <Dialog opened onClose={onClose} title={text('rotation.title', { name })} size={480}>
      {query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      {query.isPending ? <SkeletonRows count={3} /> : null}
      {rotation ? <RotationState rotation={rotation} /> : null}
    </Dialog>
  )
}
