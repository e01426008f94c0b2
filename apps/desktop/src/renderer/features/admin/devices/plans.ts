/** What can be done about devices, sessions and connections, in words. */
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'
import type { Device, Session } from '../data/names.ts'

export const planApproval = (device: Device, person: string): Plan => {
  const { name } = device.facts
  return plan(
    { route: 'approveDevice', input: { parameters: { device: device.id } } },
    {
      title: text('devices.askApprove', { name, person }),
      text: text('devices.approveText', { person }),
      confirm: text('devices.confirmApprove'),
      done: text('devices.doneApprove', { name }),
    },
  )
}

export const planDeviceRevocation = (device: Device, person: string): Plan => {
  const { name } = device.facts
  return plan(
    { route: 'revokeDevice', input: { parameters: { device: device.id } } },
    {
      title: text('devices.askRevoke', { name, person }),
      text: text('devices.revokeText'),
      confirm: text('devices.confirmRevoke'),
      done: text('devices.doneRevoke', { name }),
      dangerous: true,
    },
  )
}

export const planSessionEnd = (session: Session, names: { readonly person: string; readonly name: string }): Plan =>
  plan(
    { route: 'revokeSession', input: { parameters: { session: session.id } } },
    {
      title: text('devices.askEndSession', names),
      confirm: text('devices.confirmEndSession'),
      done: text('devices.doneEndSession', { person: names.person }),
      dangerous: true,
    },
  )

export const planConnectionEnd = (
  connection: string,
  names: { readonly program: string; readonly person: string; readonly name: string },
): Plan =>
  plan(
    { route: 'endConnection', input: { parameters: { connection } } },
    {
      title: text('devices.askEndConnection', names),
      text: text('devices.endConnectionText'),
      confirm: text('devices.confirmEndConnection'),
      done: text('devices.doneEndConnection'),
      dangerous: true,
    },
  )
