/** The organization's authorities: shown, and followed by new ones. */
import { describeAuthorities, rotateAuthority, rotateDeploymentRoot } from '../../domains/authority/index.ts'
import { readOrganization } from '../../domains/organizations/index.ts'
import type { HandlersOf } from '../handler.ts'

export const authorityHandlers = {
  getAuthorities: (context) =>
    context.transaction((transaction) => describeAuthorities(transaction, context.dependencies.authority)),
  rotateAuthority: (context, { body: { what, announceFor } }) =>
    context.transaction(async (transaction) => {
      const { dependencies, actor } = context
      const organization = await readOrganization(transaction)
      const { authority } = dependencies
      if (what === 'deployment') await rotateDeploymentRoot(transaction, authority, { organization: organization.id, actor })
      else await rotateAuthority(transaction, authority, { organization, actor, what, announceFor: announceFor * 1000 })
      return describeAuthorities(transaction, authority)
    }),
} satisfies HandlersOf<'getAuthorities' | 'rotateAuthority'>
