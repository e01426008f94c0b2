/** Asks before a change is made, with its preview by the rules that then enforce it. Without the preview nothing is made. */
import { type Impact, previewNameOf, type Previewable } from '@sallyport/protocol/api'
import type { SallyportError } from '@sallyport/protocol/errors'
import { useQuery } from '@tanstack/react-query'
import { useBridge } from '../../../bridge/bridge.ts'
import { type RouteInput, useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { toast } from '../../../ui/toast.ts'
import styles from './change.module.css'
import { ImpactView } from './impact-view.tsx'
import { adminLists, isPreviewable, type Plan } from './plan.ts'

interface ChangeDialogProps {
  readonly plan: Plan | null
  readonly onClose: () => void
}

export const ChangeDialog = ({ plan, onClose }: ChangeDialogProps) =>
  plan ? <OpenDialog key={plan.route} plan={plan} onClose={onClose} /> : null

/** Never an earlier preview: what it would do may have changed since. */
const usePreview = ({ route, input }: Plan) => {
  const bridge = useBridge()
  return useQuery<Impact, SallyportError>({
    queryKey: ['preview', route, input],
    queryFn: async () => (await bridge.call('api', { route: previewNameOf(route as Previewable), input })) as Impact,
    enabled: isPreviewable(route),
    staleTime: 0,
    gcTime: 0,
  })
}

const OpenDialog = ({ plan, onClose }: { readonly plan: Plan; readonly onClose: () => void }) => {
  const preview = usePreview(plan)
  // Which route and input these are is checked where the plan is made.
  const change = useChange(plan.route as 'deleteUser', adminLists)
  const previewed = isPreviewable(plan.route)
  const make = (): void =>
    change.mutate(plan.input as RouteInput<'deleteUser'>, {
      onSuccess: (answer) => {
        toast(plan.done)
        onClose()
        plan.onDone(answer)
      },
    })
  return (
    <ConfirmDialog
      opened
      title={plan.title}
      confirm={plan.confirm}
      dangerous={plan.dangerous ?? false}
      busy={change.isPending}
      disabled={previewed && !preview.data}
      error={change.error ?? preview.error}
      onConfirm={make}
      onClose={onClose}
    >
      {plan.text ? <p>{plan.text}</p> : null}
      {previewed && preview.isPending ? (
        <p className={styles['computing']} role="status">
          {text('admin.computing')}
        </p>
      ) : null}
      {preview.data ? <ImpactView impact={preview.data} /> : null}
    </ConfirmDialog>
  )
}
