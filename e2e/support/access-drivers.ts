/** How each route of asking for access is driven; the person who asks does it. */
import { type Driver, itself, type MutatingRoute } from './driver.ts'
import type { Furniture } from './furniture.ts'

export const accessDrivers = (its: Furniture) =>
  ({
    createAccessRule: async () =>
      its.as('createAccessRule', { body: await its.ruleTerms(await its.user(), await its.credential()) }),
    changeAccessRule: async () =>
      its.as('changeAccessRule', { parameters: { accessRule: await its.rule() }, body: { maxDuration: 60 } }),
    deleteAccessRule: async () => its.as('deleteAccessRule', { parameters: { accessRule: await its.rule() } }),
    createAccessRequest: async () => {
      const { person, body } = await its.asking()
      return async () => {
        await person.call('createAccessRequest', { body })
        return itself(person)
      }
    },
    extendAccessRequest: async () => {
      const { person, body, parameters } = await its.asked()
      await its.owner.api('approveAccessRequest', { parameters, body: {} })
      return async () => {
        await person.call('extendAccessRequest', { parameters, body: { reason: 'more', duration: body.duration } })
        return itself(person)
      }
    },
    withdrawAccessRequest: async () => {
      const { person, parameters } = await its.asked()
      return async () => {
        await person.call('withdrawAccessRequest', { parameters })
        return itself(person)
      }
    },
    openEmergencyAccess: async () => {
      const { person, body } = await its.asking()
      return async () => {
        await person.call('openEmergencyAccess', { body })
        return itself(person)
      }
    },
    approveAccessRequest: async () =>
      its.as('approveAccessRequest', { parameters: (await its.asked()).parameters, body: { duration: 300 } }),
    refuseAccessRequest: async () =>
      its.as('refuseAccessRequest', { parameters: (await its.asked()).parameters, body: { note: 'no' } }),
    cancelAccessRequest: async () => its.as('cancelAccessRequest', { parameters: (await its.asked()).parameters }),
    reviewEmergencyAccess: async () => {
      const { person, body } = await its.asking()
      const { id: accessRequest } = await person.call('openEmergencyAccess', { body })
      await person.call('withdrawAccessRequest', { parameters: { accessRequest } })
      return its.as('reviewEmergencyAccess', { parameters: { accessRequest }, body: { verdict: 'justified', note: 'seen' } })
    },
  }) satisfies Partial<Record<MutatingRoute, Driver>>
