/** Changes of a credential, in words. */
import { endpointDigest, rotatedKinds } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'
import type { Credential, Resource } from '../data/names.ts'
import { addressText, trustText } from './endpoint-text.ts'

/** `shop · read-only`. */
export const titleOf = (resource: Pick<Resource, 'name'>, credential: Pick<Credential, 'name'>): string =>
  `${resource.name} · ${credential.name}`

/** The digest is of the endpoint that the person is shown: another one that somebody just set is refused. */
export const planBinding = async (resource: Resource, credential: Credential): Promise<Plan> => {
  const name = titleOf(resource, credential)
  const address = `${addressText(resource.endpoint)} (${trustText(resource.endpoint.tls)})`
  const body = { endpointDigest: await endpointDigest(resource.endpoint) }
  return plan(
    { route: 'bindSecret', input: { parameters: { secret: credential.secret }, body } },
    {
      title: text('catalogue.askBind', { name, address }),
      text: text('catalogue.bindText'),
      confirm: text('catalogue.confirmBind'),
      done: text('catalogue.doneBind', { name }),
    },
  )
}

export const planCredentialDeletion = (resource: Resource, credential: Credential): Plan => {
  const name = titleOf(resource, credential)
  return plan(
    { route: 'deleteCredential', input: { parameters: { credential: credential.id } } },
    {
      title: text('catalogue.askDeleteCredential', { name }),
      confirm: text('catalogue.confirmDeleteCredential'),
      done: text('catalogue.doneDeleteCredential', { name }),
      dangerous: true,
    },
  )
}

/** Of those in a third-party store, and of before their kind was noted, the API says if it is none. */
export const mayRotate = ({ kind }: Credential): boolean => kind === null || rotatedKinds.includes(kind)

export const planRotation = (resource: Resource, credential: Credential): Plan => {
  const name = titleOf(resource, credential)
  return plan(
    { route: 'rotateCredential', input: { parameters: { credential: credential.id } } },
    {
      title: text('catalogue.askRotate', { name }),
      text: text('catalogue.rotateText'),
      confirm: text('catalogue.confirmRotate'),
      done: text('catalogue.doneRotate', { name }),
    },
  )
}
