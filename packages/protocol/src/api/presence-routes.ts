/**
 * Routes of what happens in the system browser: signing in there, and the proof that a person was present.
 *
 * An agent begins each of them by a signed call, is told which page to open, and waits on a loopback port for the one-time code
 * that the page sends there (RFC 8252 §7.3), or for the person who brings it from a browser on another computer. It exchanges
 * the code with its PKCE verifier (RFC 7636, S256) in a call that the same two keys sign. `spec/browser.md`.
 */
import { z } from 'zod'
import { base64urlOf, der, deviceState, slug, timestamp } from '../fields.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

/** Of a loopback listener: nothing below is given to programs of people. */
const loopbackPort = z.int().min(1024).max(65_535)

/** Where the page sends its code, and what proves that its receiver is who began. */
const redirect = {
  /** null: the browser is on another computer; the page shows the code, and the person brings it. */
  redirectPort: loopbackPort.nullable(),
  /** Comes back with the code. */
  state: base64urlOf(16),
  /** SHA-256 of the verifier. */
  codeChallenge: base64urlOf(32),
}

const begun = z.strictObject({
  /** The page to open in the system browser. */
  url: z.string().max(600),
  expiresAt: timestamp,
})

/** One-time, for a minute. */
const code = base64urlOf(32)
/** RFC 7636 §4.1, always of 32 random bytes. */
const verifier = base64urlOf(32)

const finishBody = z.strictObject({
  organization: slug,
  challenge: base64urlOf(32),
  device: z.uuid().nullable(),
  deviceKey: der,
  csr: der,
  fingerprint: schemas.fingerprint,
  facts: schemas.deviceFacts,
  deviceState: deviceState.nullable(),
  code,
  verifier,
})

/** A call that is to be confirmed: the page says in words what it does. Exactly as it will be sent. */
const act = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  /** Path and query. */
  target: z.string().max(1000),
  body: z.string().max(64 * 1024),
})

/** Of 128 random bits each, written in groups. */
const recoveryCode = z.string().max(64)

export const presenceRoutes = defineRoutes({
  beginBrowserSignIn: {
    method: 'POST',
    path: '/v1/sign-in/browser',
    summary: 'Begins a sign-in on a page in the system browser',
    authentication: 'sign-in',
    permission: null,
    audit: null,
    body: z.strictObject({
      organization: slug,
      deviceKey: der,
      csr: der,
      facts: schemas.deviceFacts,
      /** Of an invitation that is to be accepted there; null: signs in with e-mail address and password. */
      invitation: base64urlOf(24).nullable(),
      ...redirect,
    }),
    response: begun,
    errors: ['challenge_invalid', 'limit_reached'],
  },
  finishBrowserSignIn: {
    method: 'POST',
    path: '/v1/sign-in/browser/code',
    summary: 'Exchanges the code of the sign-in page and certifies the session key',
    authentication: 'sign-in',
    permission: null,
    audit: 'sign-in.succeeded',
    body: finishBody,
    response: schemas.sessionMaterial,
    errors: [
      'browser_code_invalid',
      'challenge_invalid',
      'device_not_approved',
      'device_revoked',
      'fingerprint_changed',
      'user_disabled',
    ],
  },
  finishBrowserInvitation: {
    method: 'POST',
    path: '/v1/invitations/browser/code',
    summary: 'Exchanges the code of the page on which an invitation was accepted',
    authentication: 'sign-in',
    permission: null,
    audit: 'invitation.accepted',
    body: finishBody,
    response: schemas.sessionMaterial,
    errors: ['browser_code_invalid', 'challenge_invalid', 'invitation_invalid', 'device_revoked'],
  },
  beginPresence: {
    method: 'POST',
    path: '/v1/me/presence',
    summary: 'Begins to confirm, on a page in the system browser, that the caller is present',
    authentication: 'two-signature',
    permission: null,
    audit: null,
    /** `act`: what the page shows; a call that must be confirmed by itself is confirmed for nothing else. */
    body: z.strictObject({ ...redirect, act: act.nullable() }),
    response: begun,
    errors: ['limit_reached'],
  },
  finishPresence: {
    method: 'POST',
    path: '/v1/me/presence/code',
    summary: 'Exchanges the code of the page for a proof of presence, for this session and a few minutes',
    authentication: 'two-signature',
    permission: null,
    audit: 'presence.confirmed',
    body: z.strictObject({ code, verifier }),
    response: z.strictObject({
      /** Goes with later calls in the field `sallyport-presence`. */
      presence: base64urlOf(32),
      expiresAt: timestamp,
      /** Whether it is for the one call that was shown. */
      single: z.boolean(),
    }),
    errors: ['browser_code_invalid'],
  },
  getRecoveryCodes: {
    method: 'GET',
    path: '/v1/me/recovery-codes',
    summary: 'How many recovery codes of the caller are left',
    authentication: 'two-signature',
    permission: null,
    audit: null,
    response: z.strictObject({ left: z.int().nonnegative(), createdAt: timestamp.nullable() }),
    errors: [],
  },
  createRecoveryCodes: {
    method: 'POST',
    path: '/v1/me/recovery-codes',
    summary: 'New recovery codes; those before are void. They are shown once',
    authentication: 'two-signature',
    permission: null,
    presence: 'recent',
    audit: 'recovery-codes.created',
    response: z.strictObject({ codes: z.array(recoveryCode).length(10) }),
    errors: [],
  },
})
