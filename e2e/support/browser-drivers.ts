/** How each route of sign-in and presence in a browser is driven. */
import { decodeInvitation } from '@sallyport/protocol'
import { fillPage } from '@sallyport/testbed'
import { done, type Driver, itself, type MutatingRoute } from './driver.ts'
import { fresh, type Furniture, password } from './furniture.ts'
import { beginSignIn, codeIn, finishSignIn } from './raw-browser.ts'
import { newFingerprint, RawClient } from './raw-client.ts'
import { newKey } from './raw-key.ts'

export const browserDrivers = (its: Furniture) =>
  ({
    beginBrowserSignIn: async () => {
      const person = await its.person()
      return async () => {
        await beginSignIn(person)
        return itself(person)
      }
    },
    finishBrowserSignIn: async () => {
      const { email, invitation } = await its.bed.invite(fresh('browsing'))
      const person = await RawClient.enrol(invitation)
      const begun = await beginSignIn(person)
      const code = codeIn(await fillPage(begun.url, { email, password: person.password }))
      return async () => {
        const { session } = done(await finishSignIn(person, begun, { code })).json as { session: { id: string } }
        return { ...itself(person), session: session.id }
      }
    },
    finishBrowserInvitation: async () => {
      const { id, invitation } = await its.bed.invite(fresh('joining'))
      const stranger = await its.person()
      const begun = await beginSignIn(stranger, { device: newKey(), invitation: decodeInvitation(invitation).code })
      const chosen = { firstName: 'New', lastName: 'Comer', password, repeated: password }
      const code = codeIn(await fillPage(begun.url, chosen))
      return async () => {
        done(await finishSignIn(stranger, begun, { code, route: 'finishBrowserInvitation', fingerprint: newFingerprint() }))
        return { kind: 'user', id }
      }
    },
    beginPresence: async () => {
      const person = await its.person()
      return async () => {
        await person.beginPresence()
        return itself(person)
      }
    },
    finishPresence: async () => {
      const person = await its.person()
      const { url, verifier } = await person.beginPresence()
      const code = codeIn(await fillPage(url, { password: person.password }))
      return async () => {
        await person.call('finishPresence', { body: { code, verifier } })
        return itself(person)
      }
    },
    createRecoveryCodes: async () => its.as('createRecoveryCodes'),
  }) satisfies Partial<Record<MutatingRoute, Driver>>
