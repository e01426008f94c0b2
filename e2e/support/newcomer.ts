/** People who join an organization in a test, on devices of which the test holds every key. */
import { RawClient } from './raw-client.ts'

export interface NewcomerOptions {
  /** Names of roles. */
  readonly roles?: readonly string[]
}

/** Makes a user, who accepts the invitation on a new device. */
export const addNewcomer = async (
  administrator: RawClient,
  name: string,
  { roles: names = [] }: NewcomerOptions = {},
): Promise<RawClient> => {
  const { items } = await administrator.call('listRoles', { query: { limit: 500 } })
  const roles = names.map((wanted) => {
    const role = items.find((item) => item.name === wanted)
    if (role === undefined) throw new Error(`no role ${wanted}`)
    return role.id
  })
  const body = { email: `${name}@${administrator.slug}.example`, firstName: name, lastName: 'Example', roles }
  const { id } = await administrator.call('createUser', { body })
  const { invitation } = await administrator.call('createInvitation', { parameters: { user: id } })
  return RawClient.enrol(invitation)
}
