/** Passwords rotate by themselves. What is due is begun here; a gateway does it. */
import { readOrganization } from '../domains/organizations/index.ts'
import { sweepRotations } from '../domains/rotation/index.ts'
import type { StepJob } from './scheduler.ts'

const INTERVAL = 3_000

export const rotationJob: StepJob = {
  name: 'rotations',
  interval: INTERVAL,
  step: async (transaction, { organization, now }) => {
    const { leaseLifetime } = (await readOrganization(transaction)).settings
    const actor = { kind: 'job', id: null, device: null, session: null, address: null } as const
    return sweepRotations(transaction, { organization, actor, now, leaseLifetime })
  },
}
