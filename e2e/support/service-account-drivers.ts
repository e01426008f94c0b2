/** How each route of service accounts is driven. */
import { done, type Driver, type MutatingRoute } from './driver.ts'
import { fresh, type Furniture } from './furniture.ts'
import { newKey } from './raw-key.ts'
import { addServiceAccount, newServiceAccount } from './service-account.ts'

export const serviceAccountDrivers = (its: Furniture) => {
  const made = async () => {
    const person = await its.person()
    const create = (body: ReturnType<typeof newServiceAccount>) => its.owner.api('createServiceAccount', { body })
    return addServiceAccount(create, person, { name: fresh('account') })
  }
  return {
    createServiceAccount: async () => its.as('createServiceAccount', { body: newServiceAccount(newKey()) }),
    revokeServiceAccount: async () => its.as('revokeServiceAccount', { parameters: { serviceAccount: (await made()).id } }),
    createServiceToken: async () => {
      const account = await made()
      return async () => {
        done(await account.askForToken('audit'))
        return account.actor
      }
    },
  } satisfies Partial<Record<MutatingRoute, Driver>>
}
