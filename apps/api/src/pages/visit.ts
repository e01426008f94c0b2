/** One request of a browser: from where it comes, what it brings, and whether it comes from a page of ours. */
import { SallyportError } from '@sallyport/protocol'
import type { Organization } from '@sallyport/protocol/api'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { z } from 'zod'
import { withOrganization } from '../db/with-organization.ts'
import type { Dependencies } from '../dependencies.ts'
import { findOrganization, readOrganization } from '../domains/organizations/index.ts'
import { addressOf } from '../http/incoming-call.ts'

export interface Visit {
  readonly dependencies: Dependencies
  readonly organization: Organization
  /** IP address of the browser. */
  readonly address: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Behind a proxy the address is what the proxy added last to `X-Forwarded-For`; whatever stood there before may be invented.
 * Without one the field is not looked at.
 */
export const addressOfBrowser = (request: IncomingMessage, behindProxy: boolean): string => {
  const forwarded = behindProxy ? request.headers['x-forwarded-for'] : undefined
  const last = [forwarded ?? []].flat().join(',').split(',').at(-1)?.trim() ?? ''
  return isIP(last) === 0 ? addressOf(request) : last
}

/**
 * Browsers say from which origin a form is sent. Another site's form could bring its own flow, but not read a page's, and is
 * refused anyway. Throws `forbidden`.
 */
export const requireSameOrigin = (request: IncomingMessage, origin: string): void => {
  const { 'origin': said, 'sec-fetch-site': site } = request.headers
  if (said !== origin || (site !== undefined && site !== 'same-origin')) throw new SallyportError('forbidden')
}

/** Throws `invalid_request` for a form that does not fit. A field that comes twice is not accepted. */
export const readForm = <Schema extends z.ZodType>(schema: Schema, body: Uint8Array): z.output<Schema> => {
  const form = new URLSearchParams(new TextDecoder().decode(body))
  const fields = Object.fromEntries(form)
  const parsed = schema.safeParse(fields)
  if (!parsed.success || Object.keys(fields).length !== form.size) throw new SallyportError('invalid_request')
  return parsed.data
}

/** null for an organization that does not exist. */
export const organizationOf = async (dependencies: Dependencies, slug: string): Promise<Organization | null> => {
  const id = await findOrganization(dependencies.pool, slug)
  return id === null ? null : withOrganization(dependencies.pool, id, readOrganization)
}
