/** An organization's settings: what they begin as, and how they change. */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor, Organization } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { readOrganization } from './find.ts'

export type Settings = Organization['settings']

export const defaultSettings: Settings = {
  sessionLifetime: 12 * 3600,
  sessionIdleLimit: 2 * 3600,
  leaseLifetime: 300,
  newDevices: 'approve',
  ports: { first: 10_000, last: 29_999 },
  activityRetentionDays: 365,
}

/** Ports below belong to system services; those above are handed out for outgoing connections (32768 and up on Linux). */
const LOWEST_PORT = 1024

const check = (settings: Settings): void => {
  const { first, last } = settings.ports
  if (first < LOWEST_PORT || first > last) {
    throw new SallyportError('invalid_request', { message: 'The ports are not a range above 1023.', details: ['body.ports'] })
  }
}

export interface SettingsChange {
  readonly settings: { readonly [Name in keyof Settings]?: Settings[Name] | undefined }
  readonly actor: AuditActor
}

/** Sessions and leases that exist keep the limits they began with; the idle limit holds at once. */
export const changeSettings = async (transaction: Transaction, change: SettingsChange): Promise<Organization> => {
  await transaction.selectFrom('organizations').select('id').forNoKeyUpdate().execute()
  const organization = await readOrganization(transaction)
  const given = Object.entries(change.settings).filter(([, value]) => value !== undefined)
  const settings = { ...organization.settings, ...(Object.fromEntries(given) as Partial<Settings>) }
  check(settings)
  await transaction
    .updateTable('organizations')
    .set({ settings: JSON.stringify(settings) })
    .where('id', '=', organization.id)
    .execute()
  await recordAudit(transaction, {
    type: 'organization.changed',
    actor: change.actor,
    subject: { kind: 'organization', id: organization.id },
    details: { before: organization.settings, after: settings },
  })
  return { ...organization, settings }
}
