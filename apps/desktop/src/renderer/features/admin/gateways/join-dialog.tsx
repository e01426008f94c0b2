/** A gateway joins by one command, which is shown once; then it is waited for. */
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { type RouteAnswer, useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Status } from '../../../ui/status.tsx'
import { clockTime, useNow } from '../../../ui/time.ts'
import { adminLists } from '../change/plan.ts'
import { type Gateway, useReadable } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { gatewayChecks, GatewayFields, type GatewayValues } from './gateway-fields.tsx'
import styles from './gateways.module.css'
import { parseAddress } from './state.ts'

interface JoinDialogProps {
  /** Those that are there: the new one appears among them. */
  readonly gateways: readonly Gateway[]
  readonly onClose: () => void
}

/** As the program of the gateway is called; the folder is where it keeps its key. */
const commandOf = (token: string): string => `gateway join --state /var/lib/sallyport-gateway --token ${token}`

export const JoinDialog = ({ gateways, onClose }: JoinDialogProps) => {
  const now = useNow()
  const sites = useReadable('listSites', 'resources.read').items
  const [token, setToken] = useState<RouteAnswer<'createJoinToken'> | null>(null)
  const create = useChange('createJoinToken', adminLists)
  const form = useForm<GatewayValues>({
    initialValues: { name: '', kind: 'gateway', sites: sites.length === 1 ? [sites[0]!.id] : [], address: '' },
    validate: gatewayChecks,
  })
  const name = form.values.name.trim()
  const submit = form.onSubmit(({ kind, sites: served, address }) =>
    create.mutate(
      { body: { name, kind, sites: [...served], address: kind === 'relay' ? null : parseAddress(address) } },
      { onSuccess: setToken },
    ),
  )
  if (!token)
    return (
      <FormDialog
        opened
        title={text('gateways.joinTitle')}
        submit={text('gateways.joinSubmit')}
        busy={create.isPending}
        error={create.error}
        onSubmit={submit}
        onClose={onClose}
      >
        <GatewayFields form={form} sites={sites} isNew />
      </FormDialog>
    )
  const isHere = gateways.some((gateway) => gateway.name === name && gateway.status === 'joined' && gateway.connected)
  return (
    <ShownOnce
      opened
      title={text('gateways.commandTitle', { name })}
      note={text('gateways.commandNote', { time: clockTime(token.expiresAt, now) })}
      lines={[{ label: text('gateways.command'), content: commandOf(token.token) }]}
      done={text('gateways.commandClose')}
      onClose={onClose}
    >
      <p className={styles['waiting']} role="status">
        <Status kind={isHere ? 'ready' : 'preparing'}>{text(isHere ? 'gateways.joined' : 'gateways.waiting', { name })}</Status>
      </p>
    </ShownOnce>
  )
}
