/** Devices and sessions, as administrators see and end them. */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { answerOfDevice, listDevices } from '../../domains/devices/index.ts'
import { answerOfSession, listSessions } from '../../domains/sessions/index.ts'
import { approveDevice, revokeDevice, revokeSession } from '../../domains/sign-in/index.ts'
import type { CallerContext } from '../context.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'

const devicePosition = z.tuple([uuid])
const sessionPosition = z.tuple([z.iso.datetime(), uuid])

const changerOf = ({ organization, actor, now }: CallerContext) => ({ organization: organization.id, actor, now: now() })

export const deviceHandlers = {
  listDevices: async (context, { query: { cursor, limit } }) => {
    const [after] = decodeCursor(cursor, devicePosition) ?? [null]
    const found = await context.transaction((transaction) => listDevices(transaction, { after, limit: limit + 1 }))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ id }) => [id] })
    return { items: items.map(answerOfDevice), next }
  },

  approveDevice: async (context, { parameters: { device } }) => {
    await context.transaction((transaction) => approveDevice(transaction, { device, ...changerOf(context) }))
    return {}
  },

  revokeDevice: async (context, { parameters: { device } }) => {
    await context.transaction((transaction) => revokeDevice(transaction, { device, ...changerOf(context) }))
    return {}
  },

  listSessions: async (context, { query: { cursor, limit, active } }) => {
    const now = context.now()
    const position = decodeCursor(cursor, sessionPosition)
    const before = position === null ? null : { createdAt: position[0], id: position[1] }
    const page = { before, limit: limit + 1, now, onlyActive: active === 'yes' }
    const found = await context.transaction((transaction) => listSessions(transaction, page))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id] })
    return { items: items.map((session) => answerOfSession(session, now)), next }
  },

  revokeSession: async (context, { parameters: { session } }) => {
    await context.transaction((transaction) => revokeSession(transaction, { session, ...changerOf(context) }))
    return {}
  },
} satisfies HandlersOf<'listDevices' | 'approveDevice' | 'revokeDevice' | 'listSessions' | 'revokeSession'>
