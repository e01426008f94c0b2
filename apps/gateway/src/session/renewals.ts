/** Passes an agent's signed renewal on to the API, unchanged, and applies what came of it. */
import { type ErrorCode, isErrorCode, type LeaseRenewalAnswer } from '@sallyport/protocol'
import type { GatewayApi } from '../control/api.ts'
import type { DeviceCounters } from './device-counters.ts'
import { endReason, type LeaseTable } from './lease-table.ts'
import type { SessionPeer } from './peer.ts'
import { checkRenewal } from './statement-checks.ts'
import type { Standing } from './standing.ts'
import { inBackground } from '../in-background.ts'

export interface RenewalsOptions {
  readonly organization: string
  readonly gateway: string
  readonly api: Pick<GatewayApi, 'renewLeases'>
  readonly leases: LeaseTable
  readonly standing: Standing
  readonly counters: DeviceCounters
  readonly now: () => number
}

const codeOf = (code: string): ErrorCode => (isErrorCode(code) ? code : 'lease_ended')

/** A lease without an open connection keeps the end it has: a credential in memory is not kept alive by nobody. */
export const renewLeases = async (options: RenewalsOptions, peer: SessionPeer, text: string): Promise<LeaseRenewalAnswer> => {
  const { organization, gateway, api, leases, standing, counters, now } = options
  const renewal = await checkRenewal(text, { peer, recipient: { organization, gateway, now: now() } })
  standing.checkSession(renewal.session)
  const answer = await api.renewLeases(text)
  // After the API: it has to learn of a copy that is behind, and cuts both.
  counters.check(renewal.session, renewal.deviceState.counter)
  counters.advance(renewal.session, renewal.deviceState.counter)
  const applied = answer.leases.map((state) =>
    applyState(state, { leases, session: peer.session, revocation: answer.revocation, standing }),
  )
  return { leases: applied, revocation: answer.revocation }
}

type LeaseState = LeaseRenewalAnswer['leases'][number]

const applyState = (
  state: LeaseState,
  context: {
    readonly leases: LeaseTable
    readonly session: string
    readonly revocation: number
    readonly standing: Standing
  },
): LeaseState => {
  const lease = context.leases.findIfLive(state.id, context.session)
  if (lease === null) return { id: state.id, state: 'ended', code: 'lease_ended' }
  switch (state.state) {
    case 'ended':
      inBackground(context.leases.end(lease, endReason(codeOf(state.code))))
      return state
    case 'renewed':
      // What was decided before a revocation that came meanwhile extends nothing.
      if (lease.connections.size > 0 && context.standing.allows(lease.binding, context.revocation))
        context.leases.extend(lease, state.expiresAt, context.revocation)
      if (state.superseded === true) lease.refused = true
      return { id: state.id, state: 'renewed', expiresAt: lease.expiresAt }
  }
}
