/**
 * An organization that is found by its address. The certificate of the address must be one that this computer trusts for that
 * name (web PKI): nothing is believed because somebody looked at it. What is found is pinned by the sign-in that follows.
 */
import { fromBase64url, SallyportError, sha256, toBase64url } from '@sallyport/protocol'
import type { Contact } from '../../shared/local-api.ts'
import { readOrganizationAddress } from '../../shared/organization-address.ts'
import { openApi } from './api-connection.ts'

/** Milliseconds: a person waits for it. */
const LIMIT = 10_000

/** A failure in words that name the address. */
const explained = (error: unknown, host: string, organization: string): unknown => {
  if (!(error instanceof SallyportError)) return error
  const say = (message: string): SallyportError => new SallyportError(error.code, { message, cause: error })
  switch (error.code) {
    case 'certificate_invalid':
      return say(
        `The certificate of ${host} is not one that this computer trusts. With an invitation that does not matter: ask for one.`,
      )
    case 'not_found':
      return say(`There is no organization “${organization}” at ${host}.`)
    case 'api_unreachable':
      return say(`${host} does not answer, or is no Sallyport.`)
    default:
      return error
  }
}

/** Throws `invalid_request`, `certificate_invalid`, `not_found` and `api_unreachable`. */
export const findOrganization = async (address: string): Promise<Contact> => {
  const found = readOrganizationAddress(address)
  if (found === null) {
    throw new SallyportError('invalid_request', {
      message: 'An address names the organization as well: https://sallyport.example.com/organization',
    })
  }
  const { origin, organization } = found
  const api = openApi({
    origin,
    roots: null,
    signers: () => {
      throw new SallyportError('session_unknown')
    },
    onReachable: () => {},
  })
  try {
    const signal = AbortSignal.timeout(LIMIT)
    const trust = await api.call('getOrganizationTrust', { parameters: { slug: organization } }, { signal })
    // Of the certificate itself, whatever the answer says its fingerprint is.
    const rootFingerprint = toBase64url(await sha256(fromBase64url(trust.root)))
    return { api: origin, organization, name: trust.name, rootFingerprint }
  } catch (error) {
    throw explained(error, new URL(origin).host, organization)
  } finally {
    api.close()
  }
}
