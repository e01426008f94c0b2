/** Personal data: how much there is about somebody, handing it out, erasing it. */
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { findActivity } from '../../domains/activity/index.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import {
  continueErasure,
  countPersonalRows,
  erasePerson,
  findErasure,
  type FoundErasure,
  isKnownPerson,
  listErasures,
} from '../../domains/privacy/index.ts'
import type { CallerContext } from '../context.ts'
import { decodeCursor, encodeCursor, pageOfFound } from '../cursor.ts'
import { personalCursor, personalPart } from '../export/personal-lines.ts'
import type { HandlersOf } from '../handler.ts'

const position = z.tuple([z.uuid()])

/** Records of activity that are deleted at once; what is left goes in the background. */
const FIRST_STEP = 5000

const answerOf = ({ user, erasedAt, finishedAt }: FoundErasure) => ({
  user,
  erasedAt: erasedAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
})

/** People who were deleted are known, too. */
const requireKnown = async (context: CallerContext, person: string): Promise<void> => {
  const known = await context.transaction((transaction) => isKnownPerson(transaction, person))
  if (!known) throw new SallyportError('not_found')
}

export const privacyHandlers = {
  getPersonalData: async (context, { parameters: { user } }) => {
    await requireKnown(context, user)
    return context.transaction(async (transaction) => {
      const erased = await findErasure(transaction, user)
      const [newest] = await findActivity(transaction, { filter: { user }, below: null, limit: 1 })
      return {
        user,
        erasure: erased === null ? null : answerOf(erased),
        tables: await countPersonalRows(transaction, user),
        lastActivityAt: newest?.at ?? null,
      }
    })
  },

  exportPersonalData: async (context, { parameters: { user }, query: { cursor } }) => {
    await requireKnown(context, user)
    const { text, rows, next } = await personalPart(context, user, decodeCursor(cursor, personalCursor))
    await context.transaction((transaction) =>
      recordAudit(transaction, {
        type: 'person.exported',
        actor: context.actor,
        subject: { kind: 'user', id: user },
        details: { rows, continued: cursor !== undefined },
      }),
    )
    return { text, rows, next: next === null ? null : encodeCursor(next) }
  },

  erasePerson: async (context, { parameters: { user } }) => {
    const { actor, now, dependencies, transaction: run } = context
    const organization = context.organization.id
    await run(async (transaction) => {
      const at = now()
      await erasePerson(transaction, { organization, actor, now: at }, { person: user, again: false })
      // Last: what is refused must not be done at the next start. What is not committed after this is done then.
      await dependencies.erasureLedger.add({ organization, person: user, at: new Date(at).toISOString() })
    })
    const eraseInLog = (person: string) => dependencies.log.erasePerson({ organization, person })
    // What cannot be done now is done by a job.
    await continueErasure({ now, limit: FIRST_STEP, run, eraseInLog }).catch((error: unknown) => {
      dependencies.logger.warn({ event: 'erasure.postponed', organization, err: error }, 'an erasure goes on later')
    })
    return answerOf((await run((transaction) => findErasure(transaction, user)))!)
  },

  listErasures: (context, { query: { cursor, limit } }) =>
    context.transaction(async (transaction) => {
      const [after] = decodeCursor(cursor, position) ?? [null]
      const found = await listErasures(transaction, { after, limit: limit + 1 })
      const { items, next } = pageOfFound(found, { limit, keyOf: ({ user }) => [user] })
      return { items: items.map(answerOf), next }
    }),
} satisfies HandlersOf<'getPersonalData' | 'exportPersonalData' | 'erasePerson' | 'listErasures'>
