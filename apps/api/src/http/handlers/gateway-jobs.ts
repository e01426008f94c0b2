/** Unattended work, as gateways take and finish it. */
import { finishTest, takeNextJob } from '../../domains/gateway-jobs/index.ts'
import { isExposed } from '../../domains/rotation/index.ts'
import type { HandlersOf } from '../handler.ts'
import type { GatewayContext } from '../context.ts'
import { authorOf } from './author.ts'

const takingOf = ({ gateway }: GatewayContext, job: string, take: string) => ({ gateway: gateway.id, job, take })

export const gatewayJobHandlers = {
  takeJob: async (context) => {
    const { dependencies, organization, gateway } = context
    // Before anything is taken: without the vault nobody could unlock for it.
    const identity = await dependencies.jobIdentities.ready(organization.id)
    const taken = await context.transaction(async (transaction) => {
      const job = await takeNextJob(transaction, gateway.id, authorOf(context))
      return job && { ...job, isExposed: await isExposed(transaction, job.credential) }
    })
    if (taken === null) return { job: null }
    const { id, take, kind: purpose, credential, pending } = taken
    const unlock = (version: 'current' | 'pending') =>
      identity.unlock({ purpose, gateway: gateway.id, credential, job: id, version })
    const common = { id, take, current: await unlock('current') }
    if (purpose === 'test') return { job: { kind: 'test', ...common } }
    const cutOff = taken.isExposed ? ({ cutOff: true } as const) : {}
    if (!pending) return { job: { kind: 'rotate', ...common, ...cutOff } }
    const isStored = taken.isStored ? ({ isStored: true } as const) : {}
    return { job: { kind: 'settle', ...common, pending: await unlock('pending'), ...isStored, ...cutOff } }
  },

  storePendingSecret: async (context, { parameters, body: { take, vaultKey, sealed } }) => {
    const { dependencies, organization, actor } = context
    const taking = takingOf(context, parameters.job, take)
    await dependencies.vault.storePendingSecret({ ...taking, organization: organization.id, actor, vaultKey, sealed })
    return {}
  },

  finishJob: async (context, { parameters, body: { take, result } }) => {
    const { dependencies, organization, actor } = context
    const taking = takingOf(context, parameters.job, take)
    if (result.outcome === 'tested') {
      await context.transaction((transaction) => finishTest(transaction, { ...taking, steps: result.steps }, authorOf(context)))
    } else {
      await dependencies.vault.settleRotation({ ...taking, organization: organization.id, actor, result })
    }
    return {}
  },
} satisfies HandlersOf<'takeJob' | 'storePendingSecret' | 'finishJob'>
