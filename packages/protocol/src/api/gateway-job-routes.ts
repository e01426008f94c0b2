/** What gateways ask for unattended work. `spec/jobs.md`. */
import { z } from 'zod'
import { keyId, uuid } from '../fields.ts'
import { gatewayJob, jobOutcome } from '../job.ts'
import { sealed } from '../sealing.ts'
import { defineRoutes } from './route.ts'

const nothing = z.strictObject({})
const parameters = z.strictObject({ job: uuid })

export const gatewayJobRoutes = defineRoutes({
  takeJob: {
    method: 'POST',
    path: '/v1/gateway/jobs',
    summary: 'Takes the next job that waits for this gateway, with tickets to unlock for it',
    authentication: 'gateway',
    permission: null,
    audit: 'job.taken',
    response: z.strictObject({ job: gatewayJob.nullable() }),
    errors: ['vault_unavailable'],
  },
  storePendingSecret: {
    method: 'POST',
    path: '/v1/gateway/jobs/{job}/pending-secret',
    summary: 'Stores the password that a rotation is about to set, sealed to the vault key, beside the one in use',
    authentication: 'gateway',
    permission: null,
    audit: 'secret.pending-stored',
    parameters,
    body: z.strictObject({ take: uuid, vaultKey: keyId, sealed }),
    response: nothing,
    errors: ['not_found', 'conflict', 'unseal_failed', 'secret_unbound', 'vault_unavailable'],
    maxBody: 128 * 1024,
  },
  finishJob: {
    method: 'POST',
    path: '/v1/gateway/jobs/{job}/outcome',
    summary: 'Says what came of a job',
    authentication: 'gateway',
    permission: null,
    audit: 'job.finished',
    parameters,
    body: z.strictObject({ take: uuid, result: jobOutcome }),
    response: nothing,
    errors: ['not_found', 'conflict', 'vault_unavailable'],
  },
})
