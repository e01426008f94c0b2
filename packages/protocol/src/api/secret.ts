/** Sealing a secret on its way in, from the client to the vault. */
import { canonicalJson } from '../canonical-json.ts'

/** The HPKE info of a secret sealed to the vault key: it fits one organization, resource and endpoint. */
export const secretInfo = (fields: {
  readonly organization: string
  readonly resource: string
  readonly endpointDigest: string
}): string =>
  canonicalJson({
    use: 'sallyport secret v1',
    organization: fields.organization,
    resource: fields.resource,
    endpointDigest: fields.endpointDigest,
  })
