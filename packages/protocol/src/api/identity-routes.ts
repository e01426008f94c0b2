/** Routes of first contact, sign-in and what is one's own. */
import { z } from 'zod'
import { base64urlOf, der, deviceState, displayName, email, slug, timestamp } from '../fields.ts'
import { permission } from './permission.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

const nothing = z.strictObject({})

const password = z.string().min(1).max(1024)
/** Length is what counts (NIST SP 800-63B §3.1.1.2). */
const newPassword = z.string().min(12).max(1024)

/** What proves a device and its new session key: both sign the call, and the body binds them to the challenge. */
const enrolment = {
  organization: slug,
  challenge: base64urlOf(32),
  /** The device enrolled before; null: enrol this one. */
  device: z.uuid().nullable(),
  /** SubjectPublicKeyInfo of the device key. */
  deviceKey: der,
  /** PKCS #10 request for the session key. */
  csr: der,
  fingerprint: schemas.fingerprint,
  facts: schemas.deviceFacts,
  /** The last device state this device was given; null before the first. */
  deviceState: deviceState.nullable(),
}

const signInBody = z.strictObject({ ...enrolment, email, password })

const acceptInvitationBody = z.strictObject({
  ...enrolment,
  code: base64urlOf(24),
  password: newPassword,
  firstName: displayName.optional(),
  lastName: displayName.optional(),
})

const partState = z.enum(['ok', 'failing'])

export const identityRoutes = defineRoutes({
  getHealth: {
    method: 'GET',
    path: '/v1/health',
    summary: 'Whether the API and its database answer, and how the parts behind them do',
    authentication: 'public',
    permission: null,
    audit: null,
    response: z.strictObject({
      /** `degraded`: one of the parts fails. What needs none of them goes on. */
      status: z.enum(['ok', 'degraded']),
      version: z.string(),
      now: timestamp,
      /** As of some seconds ago. Why one fails is for administrators: alerts, the program's log. */
      parts: z.strictObject({ database: partState, vault: partState, kms: partState, log: partState }),
    }),
    errors: [],
  },
  getOpenApi: {
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This description',
    authentication: 'public',
    permission: null,
    audit: null,
    response: z.record(z.string(), z.json()),
    errors: [],
  },
  getOrganizationTrust: {
    method: 'GET',
    path: '/v1/organizations/{slug}/trust',
    summary: 'Public facts for first contact',
    authentication: 'public',
    permission: null,
    audit: null,
    parameters: z.strictObject({ slug: slug }),
    query: z.strictObject({
      /** Of the root that is wanted, if it is still shown; the newest otherwise. */
      rootFingerprint: base64urlOf(32).optional(),
    }),
    response: schemas.organizationTrust,
    errors: ['not_found'],
  },
  createChallenge: {
    method: 'POST',
    path: '/v1/sign-in/challenges',
    summary: 'A fresh challenge for a sign-in or an invitation',
    authentication: 'public',
    permission: null,
    audit: null,
    body: z.strictObject({ organization: slug }),
    response: z.strictObject({ challenge: base64urlOf(32), expiresAt: timestamp }),
    errors: ['not_found', 'rate_limited'],
  },
  signIn: {
    method: 'POST',
    path: '/v1/sign-in',
    summary: 'Signs a user in on a device and certifies the session key',
    authentication: 'sign-in',
    permission: null,
    audit: 'sign-in.succeeded',
    body: signInBody,
    response: schemas.sessionMaterial,
    errors: [
      'sign_in_failed',
      'sign_in_throttled',
      'challenge_invalid',
      'device_not_approved',
      'device_revoked',
      'fingerprint_changed',
      'user_disabled',
    ],
  },
  acceptInvitation: {
    method: 'POST',
    path: '/v1/invitations/accept',
    summary: 'Sets the first password with a one-time invitation; the device that does so is approved',
    authentication: 'sign-in',
    permission: null,
    audit: 'invitation.accepted',
    body: acceptInvitationBody,
    response: schemas.sessionMaterial,
    errors: ['invitation_invalid', 'challenge_invalid', 'sign_in_throttled'],
  },
  getMe: {
    method: 'GET',
    path: '/v1/me',
    summary: 'Who is signed in, and what they may do',
    authentication: 'two-signature',
    permission: null,
    audit: null,
    response: z.strictObject({
      user: schemas.user,
      organization: schemas.organization,
      session: schemas.session,
      device: schemas.device,
      permissions: z.array(permission),
    }),
    errors: [],
  },
  changePassword: {
    method: 'PUT',
    path: '/v1/me/password',
    summary: 'Changes the own password; ends the other sessions',
    authentication: 'two-signature',
    permission: null,
    audit: 'user.password-changed',
    body: z.strictObject({ current: password, next: newPassword }),
    response: nothing,
    errors: ['sign_in_failed'],
  },
  listMyCredentials: {
    method: 'GET',
    path: '/v1/me/credentials',
    summary: 'Every credential that the caller may lease now',
    authentication: 'two-signature',
    permission: null,
    audit: null,
    response: z.strictObject({ items: z.array(schemas.grantedCredential).max(10_000) }),
    errors: [],
  },
  renewSession: {
    method: 'POST',
    path: '/v1/session/renewals',
    summary: 'Renews the session certificate; returns the next device state',
    authentication: 'two-signature',
    permission: null,
    audit: 'session.renewed',
    body: z.strictObject({ csr: der, fingerprint: schemas.fingerprint, deviceState }),
    response: schemas.sessionMaterial,
    errors: ['device_state_stale', 'fingerprint_changed', 'session_expired', 'session_revoked'],
  },
  endSession: {
    method: 'DELETE',
    path: '/v1/session',
    summary: 'Signs out: closes every connection of the session',
    authentication: 'two-signature',
    permission: null,
    audit: 'session.ended',
    response: nothing,
    errors: [],
  },
  getTrustBundle: {
    method: 'GET',
    path: '/v1/trust-bundle',
    summary: 'The signed trust bundle of the organization',
    authentication: 'two-signature',
    permission: null,
    audit: null,
    response: z.strictObject({ trustBundle: z.string() }),
    errors: [],
  },
})
