/**
 * Brings what is wrapped by the KMS under the newest version of its root key, a few rows at a time: until a row is replaced the
 * old bytes open, and after that the new ones do, so that being killed anywhere loses nothing.
 */
import type { AuditActor } from '@sallyport/protocol/api'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { keepDeploymentKeys } from './deployment-keys.ts'
import type { VaultParts } from './parts.ts'
import { forgetUnopened, noteUnopened, tryRows } from './unopened-keys.ts'
import { findOlderRows } from './wrapped-rows.ts'

/** Rows of one step: each is several calls of the service. */
export const STEP = 16

export interface KeyTurn {
  readonly organization: string
  readonly actor: AuditActor
  /** Milliseconds for which a row that did not open is left alone. */
  readonly patience: number
}

/**
 * One step; returns how many rows it looked at. Nothing is held while the service is asked. `always`: records an entry also when
 * there was nothing to do. Throws what the service threw, after keeping what was done before.
 */
export const rewrapStep = async (
  parts: VaultParts,
  { organization, actor, patience }: KeyTurn,
  always: boolean,
): Promise<number> => {
  const { kms, pool, clock } = parts
  const { prefix, keyId } = await kms.describe()
  await keepDeploymentKeys(parts, prefix)
  const triedBefore = new Date(clock() - patience)
  const older = await withOrganization(pool, organization, (transaction) =>
    findOlderRows(transaction, organization, { prefix, triedBefore, limit: STEP }),
  )
  if (older.length === 0 && !always) return 0
  const { done, unopened, failure } = await tryRows(older, async (row) => Buffer.from(await kms.rotate(row.wrapped, row.context)))
  if (failure !== null && done.length === 0 && unopened.length === 0) throw failure
  await withOrganization(pool, organization, async (transaction) => {
    let replaced = 0
    for (const { row, result } of done) if (await row.replace(transaction, { wrapped: result })) replaced += 1
    await forgetUnopened(
      transaction,
      done.map(({ row }) => row),
    )
    await noteUnopened(transaction, unopened, { organization, actor, now: new Date(clock()) })
    if (replaced === 0 && !always) return
    await recordAudit(transaction, {
      type: 'keys.rewrapped',
      actor,
      subject: { kind: 'organization', id: organization },
      details: { root: keyId, replaced, ...(unopened.length === 0 ? {} : { unopened: unopened.length }) },
    })
  })
  if (failure !== null) throw failure
  return older.length
}
