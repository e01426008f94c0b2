/** The organization's authorities: shown, and followed by new ones. */
import { describeAuthorities, rotateAuthority } from '../../domains/authority/index.ts'
import { readOrganization } from '../../domains/organizations/index.ts'
import type { HandlersOf } from '../handler.ts'

export const authorityHandlers = {
  getAuthorities: (context) =>
    context.transaction((transaction) => describeAuthorities(transaction, context.dependencies.clock())),
  rotateAuthority: (context, { body: { what, announceFor } }) =>
    context.transaction(async (transaction) => {
      const { dependencies, actor } = context
      const organization = await readOrganization(transaction)
      await rotateAuthority(transaction, dependencies.authority, { organization, actor, what, announceFor: announceFor * 1000 })
      return describeAuthorities(transaction, dependencies.clock())
    }),
} satisfies HandlersOf<'getAuthorities' | 'rotateAuthority'>
