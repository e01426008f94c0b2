/** The log as it is proven. Read by the log role, which alone may; who its witnesses are is an administrator's decision. */
import { SallyportError, toBase64url } from '@sallyport/protocol'
import { recordAudit } from '../../domains/audit/index.ts'
import { bumpTrustBundle } from '../../domains/authority/index.ts'
import { changeLogWitnesses } from '../../domains/log-witnesses/index.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

export const logHandlers = {
  getLog: ({ dependencies: { log }, organization }) => log.logState({ organization: organization.id }),
  getLogTile: async ({ dependencies: { log }, organization }, { parameters: { level, tile }, query: { width } }) => {
    const { hashes } = await log.readTile({ organization: organization.id, level, index: tile, width })
    if (hashes === null) throw new SallyportError('not_found')
    return { hashes: toBase64url(hashes) }
  },
  readLogEntries: ({ dependencies: { log }, organization }, { query }) =>
    log.readEntries({ organization: organization.id, ...query }),
  proveLogEntry: async ({ dependencies: { log }, organization }, { parameters: { entry } }) => {
    const { found } = await log.proveEntry({ organization: organization.id, entry })
    if (found === null) throw new SallyportError('not_found')
    return found
  },
  beginLogExport: async (context) => {
    const { dependencies, organization, actor } = context
    const state = await dependencies.log.logState({ organization: organization.id })
    await context.transaction((transaction) =>
      recordAudit(transaction, {
        type: 'log.exported',
        actor,
        subject: { kind: 'organization', id: organization.id },
        details: { origin: state.origin, size: state.checkpoint?.size ?? 0 },
      }),
    )
    return state
  },
  startLogKey: async (context) => {
    const { dependencies, organization, actor } = context
    const state = await dependencies.log.startLogKey({ organization: organization.id, actor })
    // Gateways are told of the key that signs receipts, which may be another one, too.
    await context.transaction((transaction) => bumpTrustBundle(transaction, organization.id))
    return state
  },
  changeLogWitnesses: (context, { body }) =>
    context.transaction((transaction) => changeLogWitnesses(transaction, authorOf(context), body)),
} satisfies HandlersOf<
  'getLog' | 'getLogTile' | 'readLogEntries' | 'proveLogEntry' | 'beginLogExport' | 'startLogKey' | 'changeLogWitnesses'
>
