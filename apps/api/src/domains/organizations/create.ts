/** A new organization, empty but for the roles that every one begins with. */
import { randomUUID } from 'node:crypto'
import type { AuditActor, Organization } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { type BuiltInRole, createBuiltInRoles } from '../roles/index.ts'
import { defaultSettings } from './settings.ts'

export interface OrganizationDraft {
  /** Chosen before, because the transaction must see its rows: {@link newOrganizationId}. */
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

export const newOrganizationId = (): string => randomUUID()

/** A domain that no other organization has, here or elsewhere: certificates of one never name another's. */
const trustDomainOf = ({ id, slug }: OrganizationDraft): string => `${slug}.${id.slice(0, 8)}.sallyport.internal`

export interface CreatedOrganization {
  readonly organization: Organization
  readonly roles: Readonly<Record<BuiltInRole, string>>
}

/** Null when there is an organization of this slug. */
export const createOrganization = async (
  transaction: Transaction,
  draft: OrganizationDraft,
): Promise<CreatedOrganization | null> => {
  const { id, slug, name } = draft
  const organization: Organization = { id, slug, name, trustDomain: trustDomainOf(draft), settings: defaultSettings }
  const inserted = await transaction
    .insertInto('organizations')
    .values({
      id,
      slug,
      name,
      trust_domain: organization.trustDomain,
      settings: JSON.stringify(organization.settings),
      created_at: new Date(draft.now),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows !== 1n) return null
  const roles = await createBuiltInRoles(transaction)
  await recordAudit(transaction, {
    type: 'organization.created',
    actor: draft.actor,
    subject: { kind: 'organization', id },
    details: { slug, name, trustDomain: organization.trustDomain, roles },
  })
  return { organization, roles }
}
