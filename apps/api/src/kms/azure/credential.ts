/**
 * Tokens of Microsoft Entra for the vault: of the machine's own identity, of a federated token, or of a client secret. The
 * vendor's library for this does ten times more, and opens browsers.
 */
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { readPrivateFile } from '../../keys/key-file.ts'
import type { AzureIdentity } from '../../keys/kms-source.ts'

export interface AzureCredential {
  getToken(
    scopes: string | string[],
    options?: { readonly abortSignal?: { readonly aborted: boolean } },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number }>
}

/** The machine's metadata service, which answers this machine only, without TLS. */
const METADATA = 'http://169.254.169.254'

const MAX_TOKEN_FILE = 16 * 1024
const LIMIT = 3_000
const EARLY = 5 * 60_000
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const answer = z.object({ access_token: z.string().min(1).max(16_384), expires_in: z.coerce.number().positive() })

const readText = async (file: string): Promise<string> => (await readPrivateFile(file, MAX_TOKEN_FILE)).toString('utf8').trim()

const tenantPattern = /^[A-Za-z0-9.-]{1,64}$/

const requestFor = async (identity: AzureIdentity, scope: string): Promise<Request> => {
  if (identity.kind === 'managed') {
    const query = new URLSearchParams({ 'api-version': '2018-02-01', 'resource': scope.replace(/\/\.default$/, '') })
    if (identity.client !== null) query.set('client_id', identity.client)
    return new Request(`${METADATA}/metadata/identity/oauth2/token?${query.toString()}`, {
      headers: { Metadata: 'true' },
    })
  }
  if (!tenantPattern.test(identity.tenant)) throw new Error('not the name of a tenant')
  const proof: Record<string, string> =
    identity.kind === 'federated'
      ? { client_assertion_type: ASSERTION, client_assertion: await readText(identity.tokenFile) }
      : { client_secret: await readText(identity.secretFile) }
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: identity.client, scope, ...proof })
  return new Request(`${identity.authority}/${identity.tenant}/oauth2/v2.0/token`, { method: 'POST', body })
}

const isLate = (cause: unknown): boolean => cause instanceof DOMException && cause.name === 'TimeoutError'

/** AADSTS700024: an assertion that is not valid yet, or no longer. */
const refusalOf = (status: number, text: string): SallyportError => {
  const cause = new Error(`no token: status ${status}`)
  if (text.includes('AADSTS700024')) return new SallyportError('kms_clock_wrong', { cause })
  if (status === 429) return new SallyportError('kms_throttled', { cause })
  return new SallyportError(status >= 500 ? 'kms_unreachable' : 'kms_denied', { cause })
}

/** A token is used until five minutes before its end. */
export const azureCredential = (identity: AzureIdentity): AzureCredential => {
  let kept: { readonly scope: string; readonly token: string; readonly expiresOnTimestamp: number } | null = null

  const fetchToken = async (scope: string) => {
    const asked = Date.now()
    const request = await requestFor(identity, scope).catch((cause: unknown) => {
      throw new SallyportError('kms_denied', { cause })
    })
    const response = await fetch(request, { signal: AbortSignal.timeout(LIMIT), redirect: 'error' })
    if (!response.ok) throw refusalOf(response.status, await response.text())
    const { access_token: token, expires_in: seconds } = answer.parse(await response.json())
    return { scope, token, expiresOnTimestamp: asked + seconds * 1000 }
  }
  return {
    async getToken(scopes) {
      const scope = typeof scopes === 'string' ? scopes : scopes.join(' ')
      if (kept?.scope === scope && kept.expiresOnTimestamp - EARLY > Date.now()) return kept
      kept = await fetchToken(scope).catch((cause: unknown) => {
        throw cause instanceof SallyportError
          ? cause
          : new SallyportError(isLate(cause) ? 'kms_slow' : 'kms_unreachable', { cause })
      })
      return kept
    },
  }
}
