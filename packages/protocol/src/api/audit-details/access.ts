/** Details of entries about who may do what: roles, grants, requests, service accounts, support access. */
import { z } from 'zod'
import { timestamp } from '../../fields.ts'
import { servicePurpose } from '../../service-token.ts'
import { accessRequestKind, accessRequestState, accessRuleTerms } from '../access-schemas.ts'
import { permission } from '../permission.ts'
import { changeOf, count, id, ids, text } from './shape.ts'

/** How many leases end with the change. */
const endedLeases = count

const roleTerms = z.strictObject({ name: text, description: text, permissions: z.array(permission) })
const role = changeOf(roleTerms)
const member = z.strictObject({ role: text, user: id, before: z.boolean(), after: z.boolean() })
const leased = z.strictObject({ role: text, credential: id, before: z.boolean(), after: z.boolean() })

const grant = changeOf(
  z.strictObject({ user: id, credential: id, device: id.nullable(), reason: text, startsAt: timestamp, expiresAt: timestamp }),
)

/** Of every entry of a request. */
const request = z.strictObject({ kind: accessRequestKind, user: id, credential: id, credentialName: text })
const step = request.extend({ before: accessRequestState, after: accessRequestState })
const closed = step.extend({ grant: id.nullable(), endedLeases })

const rule = changeOf(accessRuleTerms)

export const accessDetails = {
  'role.created': role.created,
  'role.changed': role.changed,
  'role.deleted': z.strictObject({
    before: roleTerms.extend({ users: count, credentials: ids }),
    after: z.null(),
    endedLeases,
  }),
  'role.member-added': member,
  'role.member-removed': member.extend({ endedLeases }),
  'role.credential-added': leased,
  'role.credential-removed': leased.extend({ endedLeases }),
  'grant.created': grant.created,
  'grant.revoked': grant.deleted.extend({ endedLeases }),
  'grant.expired': grant.deleted,
  'access-request.created': request.extend({
    rule: id,
    reason: text,
    /** Seconds. */
    duration: count,
    startsAt: timestamp.nullable(),
    extends: id.nullable(),
    approvalsNeeded: count,
    grant: id.nullable(),
    after: accessRequestState,
  }),
  'access-request.approved': step.extend({
    note: text.nullable().optional(),
    /** What this approval allows at most. */
    duration: count.nullable().optional(),
    startsAt: timestamp.nullable().optional(),
    sameDevice: z.boolean().optional(),
    /** Approvals that count, and how many it takes. */
    given: count.optional(),
    needed: count.optional(),
    grant: id.nullable(),
    opensAt: timestamp.nullable(),
    closesAt: timestamp.nullable(),
  }),
  'access-request.refused': step.extend({ note: text }),
  'access-request.withdrawn': closed,
  'access-request.expired': step,
  /** By an administrator, or by time. */
  'access-request.cancelled': z.union([closed, step]),
  'access-request.escalated': request,
  'access-request.started': step,
  'access-request.ended': step,
  'access-request.emergency-opened': request.extend({
    rule: id,
    reason: text,
    duration: count,
    grant: id,
    closesAt: timestamp,
  }),
  'access-request.review-overdue': z.strictObject({ user: id, credential: id, dueAt: timestamp }),
  'access-request.reviewed': step.extend({ verdict: z.enum(['justified', 'unjustified']), note: text }),
  'access-rule.created': rule.created,
  'access-rule.changed': rule.changed,
  'access-rule.deleted': rule.deleted,
  'service-account.created': changeOf(
    z.strictObject({ name: text, keyId: id, purposes: z.array(servicePurpose), roles: ids, expiresAt: timestamp }),
  ).created,
  'service-account.revoked': z.strictObject({ name: text, before: text, after: text }),
  'support-access.opened': z.strictObject({
    email: text,
    firstName: text,
    lastName: text,
    reason: text,
    permissions: z.array(permission),
    endsAt: timestamp,
  }),
  /** An answer that was given: to which route, what its path named, and what was looked for. */
  'support-access.used': z.strictObject({
    operation: text,
    parameters: z.record(text, text),
    filter: z.record(text, z.json()),
  }),
  'support-access.ended': z.strictObject({ reason: z.enum(['ended', 'expired']) }),
  'service-token.issued': z.strictObject({ purpose: servicePurpose, token: id, expiresAt: timestamp }),
}
