/** How each route of signing in is driven. */
import { type Driver, itself, type MutatingRoute } from './driver.ts'
import { fresh, type Furniture, password } from './furniture.ts'
import { RawClient } from './raw-client.ts'

export const identityDrivers = (its: Furniture) =>
  ({
    createChallenge: async () => {
      const person = await its.person()
      return async () => {
        await person.call('createChallenge', { body: { organization: its.bed.organization } })
        return itself(person)
      }
    },
    acceptInvitation: async () => {
      const { invitation } = await its.bed.invite(fresh('invited'))
      return async () => itself(await RawClient.enrol(invitation))
    },
    signIn: async () => {
      const { email, invitation } = await its.bed.invite(fresh('signing-in'))
      const person = await RawClient.enrol(invitation)
      await person.call('endSession')
      return async () => {
        await person.signIn(email)
        return itself(person)
      }
    },
    changePassword: async () => {
      const person = await its.person()
      return async () => {
        await person.call('changePassword', { body: { current: person.password, next: password } })
        return itself(person)
      }
    },
    renewSession: async () => {
      const person = await its.person()
      return async () => {
        await person.renew()
        return itself(person)
      }
    },
    endSession: async () => {
      const person = await its.person()
      return async () => {
        await person.call('endSession')
        return itself(person)
      }
    },
  }) satisfies Partial<Record<MutatingRoute, Driver>>
