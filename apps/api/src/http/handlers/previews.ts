/** Previews: the handler of the change itself runs, in a transaction that is rolled back. */
import { type Previewable, previewable, previewNameOf } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { preview, type PreviewScope } from '../../domains/previews/index.ts'
import type { CallerContext } from '../context.ts'
import type { HandlersOf } from '../handler.ts'
import type { PreviewName } from '@sallyport/protocol/api'
import { credentialHandlers } from './credentials.ts'
import { deviceHandlers } from './devices.ts'
import { gatewayHandlers } from './gateways.ts'
import { grantHandlers } from './grants.ts'
import { scopesOf } from './preview-scopes.ts'
import { resourceHandlers } from './resources.ts'
import { roleHandlers } from './roles.ts'
import { userHandlers } from './users.ts'

const changes = {
  ...userHandlers,
  ...roleHandlers,
  ...grantHandlers,
  ...resourceHandlers,
  ...credentialHandlers,
  ...gatewayHandlers,
  ...deviceHandlers,
}

/** The same for all of them; the route has checked the input by the schemas of the change. */
type AnyChange = (context: CallerContext, input: unknown) => Promise<unknown>
type AnyScope = (transaction: Transaction, input: unknown) => Promise<PreviewScope>

const handlerOf = (name: Previewable): AnyChange => {
  const change = changes[name] as AnyChange
  const scope = scopesOf[name] as AnyScope
  return (context, input) =>
    preview({
      organization: context.organization.id,
      now: context.now(),
      run: context.transaction,
      scope: (transaction) => scope(transaction, input),
      change: (transaction) => change({ ...context, transaction: (work) => work(transaction) }, input),
    })
}

export const previewHandlers = Object.fromEntries(
  previewable.map((name) => [previewNameOf(name), handlerOf(name)]),
) as unknown as HandlersOf<PreviewName>
