/** Name, sites and address of a gateway that has joined. */
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'
import { type Gateway, useReadable } from '../data/names.ts'
import { ReviewedForm } from '../parts/reviewed-form.tsx'
import { gatewayChecks, GatewayFields, type GatewayValues } from './gateway-fields.tsx'
import { parseAddress } from './state.ts'

const addressText = ({ address }: Gateway): string =>
  address ? `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}` : ''

export const EditGatewayDialog = ({ gateway, onClose }: { readonly gateway: Gateway; readonly onClose: () => void }) => {
  const sites = useReadable('listSites', 'resources.read').items
  const [pending, setPending] = useState<Plan | null>(null)
  const form = useForm<GatewayValues>({
    initialValues: { name: gateway.name, kind: gateway.kind, sites: [...gateway.sites], address: addressText(gateway) },
    validate: gatewayChecks,
  })
  const submit = form.onSubmit(({ name, kind, sites: served, address }) =>
    setPending(
      plan(
        {
          route: 'changeGateway',
          input: {
            parameters: { gateway: gateway.id },
            body: { name, sites: [...served], address: kind === 'relay' ? null : parseAddress(address) },
          },
          onDone: onClose,
        },
        {
          title: text('gateways.askChange', { name: gateway.name }),
          confirm: text('gateways.confirmChange'),
          done: text('gateways.doneChange', { name }),
        },
      ),
    ),
  )
  return (
    <ReviewedForm
      plan={pending}
      onBack={() => setPending(null)}
      title={text('gateways.editTitle', { name: gateway.name })}
      submit={text('admin.review')}
      onSubmit={submit}
      onClose={onClose}
    >
      <GatewayFields form={form} sites={sites} isNew={false} />
    </ReviewedForm>
  )
}
