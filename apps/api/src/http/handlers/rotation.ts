/** Rotation of passwords and tests of credentials, for administrators. */
import { requireCredential } from '../../domains/credentials/index.ts'
import { startJob, stepsOfTest } from '../../domains/gateway-jobs/index.ts'
import { requireResource } from '../../domains/resources/index.ts'
import { beginRotation, changeRotation, markCompromised, readOpenedSecrets, readRotation } from '../../domains/rotation/index.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'
import { chooseGateway } from './choose-gateway.ts'

export const rotationHandlers = {
  getRotation: (context, { parameters: { credential } }) =>
    context.transaction((transaction) => readRotation(transaction, credential)),

  changeRotation: (context, { parameters: { credential }, body }) =>
    context.transaction((transaction) => changeRotation(transaction, { credential, ...body }, authorOf(context))),

  rotateCredential: (context, { parameters: { credential } }) => {
    const { leaseLifetime } = context.organization.settings
    return context.transaction(async (transaction) => {
      await beginRotation(transaction, { credential, reason: 'demand', leaseLifetime }, authorOf(context))
      return readRotation(transaction, credential)
    })
  },

  getOpenedSecrets: (context, { parameters: { gateway } }) =>
    context.transaction((transaction) => readOpenedSecrets(transaction, gateway)),

  markGatewayCompromised: async (context, { parameters: { gateway } }) => {
    await context.transaction((transaction) => markCompromised(transaction, gateway, authorOf(context)))
    return {}
  },

  testCredential: async (context, { parameters, body }) => {
    const { credential, site } = await context.transaction(async (transaction) => {
      const found = await requireCredential(transaction, parameters.credential)
      return { credential: found, site: (await requireResource(transaction, found.resource)).site }
    })
    const { id: gateway } = await chooseGateway(context, { site, gateway: body.gateway })
    const author = authorOf(context)
    const { id, userName, secret, secretVersion: version } = credential
    const test = {
      kind: 'test',
      reason: 'demand',
      credential: id,
      secret,
      userName,
      version,
      gateway,
      dueAt: author.now,
    } as const
    const job = await context.transaction((transaction) => startJob(transaction, test, author))
    const steps = await context.dependencies.probes.awaitAnswer(gateway, () =>
      context.transaction((transaction) => stepsOfTest(transaction, job)),
    )
    return { gateway, ok: steps.every(({ ok }) => ok), steps: [...steps] }
  },
} satisfies HandlersOf<
  'getRotation' | 'changeRotation' | 'rotateCredential' | 'getOpenedSecrets' | 'markGatewayCompromised' | 'testCredential'
>
