/** Requests as those see them who decide: with the device, the target, and what was done before. */
import type { AccessDecisionItem } from '@sallyport/protocol/api'
import type { SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { findDevice } from '../devices/index.ts'
import { answerOf, type Surroundings, surroundingsOf } from './answers.ts'
import { type AccessCaller, deviceKeyOf } from './caller.ts'
import { type Judge, refusalToDecide, refusalToReview } from './judge.ts'
import { standingOf } from './standings.ts'
import type { AccessRequestRow } from './store.ts'
import { lastUseBefore, useOfRequest } from './uses.ts'

export const judgeOf = async (transaction: Transaction, caller: AccessCaller): Promise<Judge> => ({
  standing: await standingOf(transaction, caller.user),
  deviceKey: await deviceKeyOf(transaction, caller.device),
  permissions: caller.permissions,
})

const deviceAnswer = async (transaction: Transaction, id: string): Promise<AccessDecisionItem['device']> => {
  const device = await findDevice(transaction, id)
  if (device === null) return null
  const { facts, status, enrolledAt } = device
  return { id, facts, status, enrolledAt: enrolledAt.toISOString() }
}

const targetAnswer = (request: AccessRequestRow, { wanted }: Surroundings): AccessDecisionItem['target'] => {
  const found = wanted.get(request.credential)
  if (found === undefined) return null
  const { endpoint, userName, databases, site } = found
  return { host: endpoint.host, port: endpoint.port, userName, databases: [...databases], site }
}

const refusalOf = (judge: Judge, request: AccessRequestRow, around: Surroundings): SallyportError | null => {
  const rule = around.rules.get(request.rule) ?? null
  const { now } = around
  if (request.kind === 'emergency') return refusalToReview(judge, { request, rule, now })
  return refusalToDecide(judge, { request, rule, votes: around.votes.get(request.id) ?? [], now }, 'approve')
}

export const decisionItemsOf = async (
  transaction: Transaction,
  requests: readonly AccessRequestRow[],
  caller: AccessCaller,
): Promise<AccessDecisionItem[]> => {
  const around = await surroundingsOf(transaction, requests, caller.now)
  const judge = await judgeOf(transaction, caller)
  const items: AccessDecisionItem[] = []
  for (const request of requests) {
    const terms = around.rules.get(request.rule)?.terms
    const refusal = refusalOf(judge, request, around)
    const own = around.votes.get(request.id)?.find(({ user }) => user === caller.user)
    items.push({
      request: answerOf(request, around),
      device: await deviceAnswer(transaction, request.device),
      target: targetAnswer(request, around),
      maxDuration: Math.min(request.duration, terms?.maxDuration ?? request.duration),
      lastUse: await lastUseBefore(transaction, request),
      use: await useOfRequest(transaction, request, caller.now),
      refusal: refusal === null ? null : { code: refusal.code, message: refusal.message },
      ownVote: own?.vote ?? null,
    })
  }
  return items
}
