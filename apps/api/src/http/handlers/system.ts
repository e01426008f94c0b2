/** What anybody may ask: whether the API works, what it offers, and the public facts for first contact. */
import { SallyportError, sha256, toBase64url } from '@sallyport/protocol'
import { sql } from 'kysely'
import { withOrganization } from '../../db/with-organization.ts'
import { ensureAuthority, findRoot } from '../../domains/authority/index.ts'
import { findOrganization, readOrganization } from '../../domains/organizations/index.ts'
import { createChallenge } from '../../domains/sign-in/index.ts'
import { version } from '../../version.ts'
import type { HandlersOf } from '../handler.ts'
import { openApiDocument } from '../openapi.ts'

export const systemHandlers = {
  getHealth: async ({ dependencies, now }) => {
    await sql`select 1`.execute(dependencies.pool)
    const { database, vault, kms, log } = dependencies.partsHealth()
    const parts = {
      database: database === null ? 'ok' : 'failing',
      vault,
      // Nothing is unlocked by a vault that does not answer.
      kms: vault === 'failing' || kms?.state === 'failing' ? 'failing' : 'ok',
      log,
    } as const
    const status = Object.values(parts).includes('failing') ? 'degraded' : 'ok'
    return { status, version, now: new Date(now()).toISOString(), parts }
  },

  getOpenApi: ({ dependencies }) => Promise.resolve(openApiDocument(dependencies.contact.origins.public, version)),

  getOrganizationTrust: async ({ dependencies, now }, { parameters, query }) => {
    const id = await findOrganization(dependencies.pool, parameters.slug)
    if (id === null) throw new SallyportError('not_found')
    const { organization, root } = await withOrganization(dependencies.pool, id, async (transaction) => {
      const found = await readOrganization(transaction)
      const { root: newest } = await ensureAuthority(transaction, dependencies.authority, found)
      // An invitation may name the root before.
      const wanted = query.rootFingerprint === undefined ? null : await findRoot(transaction, query.rootFingerprint, now())
      return { organization: found, root: wanted ?? newest }
    })
    return {
      organization: organization.id,
      slug: organization.slug,
      name: organization.name,
      trustDomain: organization.trustDomain,
      root: toBase64url(root.certificate),
      rootFingerprint: toBase64url(await sha256(root.certificate)),
    }
  },

  createChallenge: async ({ dependencies, now }, { body }) => {
    const id = await findOrganization(dependencies.pool, body.organization)
    if (id === null) throw new SallyportError('not_found')
    const made = await withOrganization(dependencies.pool, id, (transaction) => createChallenge(transaction, now()))
    return { challenge: made.challenge, expiresAt: made.expiresAt.toISOString() }
  },
} satisfies HandlersOf<'getHealth' | 'getOpenApi' | 'getOrganizationTrust' | 'createChallenge'>
