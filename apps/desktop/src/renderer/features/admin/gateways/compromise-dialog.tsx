/** A revoked gateway that was in the hands of others: whose secrets it opened, and rotating them. */
import type { OpenedRemedy, OpenedSecrets } from '@sallyport/protocol/api'
import { titleOfName } from '../../../data/credential.ts'
import { useChange, useRoute } from '../../../data/use-route.ts'
import type { TextKey } from '../../../texts/catalogue.ts'
import { text } from '../../../texts/text.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { ErrorBar, SkeletonRows } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.ts'
import { adminLists } from '../change/plan.ts'
import type { Gateway } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'

interface CompromiseDialogProps {
  readonly gateway: Gateway
  readonly mayChange: boolean
  readonly onClose: () => void
}

export const CompromiseDialog = ({ gateway, mayChange, onClose }: CompromiseDialogProps) => {
  const { name } = gateway
  const parameters = { gateway: gateway.id }
  const query = useRoute('getOpenedSecrets', { parameters })
  const mark = useChange('markGatewayCompromised', [...adminLists, 'getOpenedSecrets'])
  const opened = query.data
  const content = opened ? <Opened opened={opened} /> : null
  if (!mayChange || !opened || opened.compromisedAt !== null)
    return (
      <Dialog opened onClose={onClose} title={text('gateways.openedTitle', { name })} size={480}>
        {query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
        {query.isPending ? <SkeletonRows count={3} /> : null}
        {opened?.compromisedAt ? (
          <p>
            {text('gateways.compromisedSince')} <Moment at={opened.compromisedAt} />
          </p>
        ) : null}
        {content}
      </Dialog>
    )
  const make = (): void =>
    mark.mutate(
      { parameters },
      {
        onSuccess: () => {
          toast(text('gateways.doneCompromised'))
          onClose()
        },
      },
    )
  return (
    <ConfirmDialog
      opened
      title={text('gateways.askCompromised', { name })}
      confirm={text('gateways.confirmCompromised')}
      dangerous
      busy={mark.isPending}
      error={mark.error}
      onConfirm={make}
      onClose={onClose}
    >
      <p>{text('gateways.compromisedText')}</p>
      {content}
    </ConfirmDialog>
  )
}

const remedyWords = {
  'rotation': 'gateways.isRotated',
  'replacement': 'gateways.mustBeReplaced',
  'end-of-lease': 'gateways.endsWithLease',
} as const satisfies Record<OpenedRemedy, TextKey>

const Opened = ({ opened: { credentials, complete } }: { readonly opened: OpenedSecrets }) => (
  <>
    <MemberList
      label={text('gateways.openedList')}
      members={credentials.map(({ credential, name, remedy }) => ({
        id: credential,
        name: titleOfName(name),
        note: text(remedyWords[remedy]),
      }))}
      empty={text('gateways.openedNone')}
    />
    {complete ? null : <p className="muted">{text('gateways.openedMore')}</p>}
  </>
)
