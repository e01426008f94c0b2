/** Who is signed in, and the settings of their organization. */
import { SallyportError } from '@sallyport/protocol'
import { permissions } from '@sallyport/protocol/api'
import { trustBundleFor } from '../../domains/authority/index.ts'
import { answerOfDevice, findDevice } from '../../domains/devices/index.ts'
import { changeSettings } from '../../domains/organizations/index.ts'
import { answerOfSession, findListedSession } from '../../domains/sessions/index.ts'
import { answersOfUsers, findUser } from '../../domains/users/index.ts'
import type { HandlersOf } from '../handler.ts'

export const meHandlers = {
  getMe: (context) =>
    context.transaction(async (transaction) => {
      const [user, session, device] = [
        await findUser(transaction, context.user.id),
        await findListedSession(transaction, context.session.id),
        await findDevice(transaction, context.device.id),
      ]
      if (user === null || session === null || device === null) throw new SallyportError('session_unknown')
      const [answer] = await answersOfUsers(transaction, [user])
      return {
        user: answer!,
        organization: context.organization,
        session: answerOfSession(session, context.now()),
        device: answerOfDevice(device),
        permissions: permissions.filter((permission) => context.user.permissions.has(permission)),
      }
    }),

  getTrustBundle: async ({ dependencies, organization }) => ({
    trustBundle: await trustBundleFor(dependencies.trustBundles, organization),
  }),

  getSettings: ({ organization }) => Promise.resolve(organization),

  changeSettings: ({ transaction, actor }, { body }) =>
    transaction((within) => changeSettings(within, { settings: body, actor })),
} satisfies HandlersOf<'getMe' | 'getTrustBundle' | 'getSettings' | 'changeSettings'>
