/**
 * HashiCorp Vault and OpenBao: KV version 2, and the database engine, which makes a user for each lease. Signs in by the JWT
 * method with the lease's token, or with a token that the gateway keeps.
 *
 * What Vault makes belongs to the token that it gave at sign-in: to revoke that token takes the user back.
 */
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { readAs } from '../json.ts'
import { fieldOf, passwordOf } from '../password.ts'
import type { FetchFromStore, StoreHold, StoreReference, StoreSecret } from '../store.ts'
import { segmentsOf, type VaultCall, vaultCalls } from './client.ts'

const seconds = z.int().nonnegative()
const signedIn = z.object({ auth: z.object({ client_token: z.string().min(1).max(8192), lease_duration: seconds }) })
const stored = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()).nullable() }) })
const made = z.object({
  lease_id: z.string().min(1).max(1024),
  lease_duration: seconds,
  data: z.object({ username: z.string().min(1).max(256), password: z.string() }),
})
const renewed = z.object({ lease_duration: seconds })
const renewedToken = z.object({ auth: z.object({ lease_duration: seconds }) })

/** Milliseconds for signing out when nobody waits for it. */
const SIGN_OUT_LIMIT = 5_000

interface SignedIn {
  readonly call: VaultCall
  /** Milliseconds; null: the gateway's own token, which is neither renewed nor revoked. */
  readonly lifetime: number | null
}

type Fetch = FetchFromStore<'vault'>

const signIn = async (...[reference, services, signal]: Parameters<Fetch>): Promise<SignedIn> => {
  const { location, token } = reference
  if (location.signIn.kind === 'gateway') return { call: vaultCalls(location, services, token), lifetime: null }
  const { mount, role } = location.signIn
  const answer = await vaultCalls(
    location,
    services,
    null,
  )({
    method: 'POST',
    path: `auth/${segmentsOf(mount)}/login`,
    body: { role, jwt: token },
    signal,
  })
  const { client_token: own, lease_duration: lifetime } = readAs(signedIn, answer).auth
  return { call: vaultCalls(location, services, own), lifetime: lifetime * 1000 }
}

const signOut = async ({ call, lifetime }: SignedIn, signal: AbortSignal): Promise<void> => {
  if (lifetime !== null) await call({ method: 'POST', path: 'auth/token/revoke-self', signal })
}

const readField = async (reference: StoreReference<'vault'>, { call }: SignedIn, signal: AbortSignal): Promise<StoreSecret> => {
  const { location, path, field } = reference
  const answer = await call({ method: 'GET', path: `${segmentsOf(location.mount)}/data/${segmentsOf(path)}`, signal })
  const { data } = readAs(stored, answer).data
  if (data === null || field === null) throw new SallyportError('store_secret_missing')
  return { password: passwordOf(fieldOf(data, field)), userName: null, hold: null }
}

const shortest = (token: number | null, lease: number): number => Math.min(token ?? lease, lease)

const makeUser = async (reference: StoreReference<'vault'>, session: SignedIn, signal: AbortSignal): Promise<StoreSecret> => {
  const { call, lifetime } = session
  const { location, path } = reference
  const answer = await call({ method: 'GET', path: `${segmentsOf(location.mount)}/creds/${segmentsOf(path)}`, signal })
  const { lease_id: lease, lease_duration: duration, data } = readAs(made, answer)
  const hold: StoreHold = {
    lifetime: shortest(lifetime, duration * 1000),
    renew: async (renewal) => {
      const token =
        lifetime === null
          ? null
          : readAs(renewedToken, await call({ method: 'POST', path: 'auth/token/renew-self', body: {}, signal: renewal })).auth
      const again = await call({ method: 'POST', path: 'sys/leases/renew', body: { lease_id: lease }, signal: renewal })
      return shortest(token === null ? null : token.lease_duration * 1000, readAs(renewed, again).lease_duration * 1000)
    },
    release: async (end) => {
      if (lifetime !== null) await signOut(session, end)
      else await call({ method: 'POST', path: 'sys/leases/revoke', body: { lease_id: lease }, signal: end })
    },
  }
  return { password: passwordOf(data.password), userName: data.username, hold }
}

export const fetchFromVault: Fetch = async (reference, services, signal) => {
  const session = await signIn(reference, services, signal)
  const leave = (): void => {
    signOut(session, AbortSignal.timeout(SIGN_OUT_LIMIT)).catch(services.onLeft)
  }
  try {
    const secret =
      reference.location.engine === 'kv'
        ? await readField(reference, session, signal)
        : await makeUser(reference, session, signal)
    if (secret.hold === null) leave()
    return secret
  } catch (error) {
    leave()
    throw error
  }
}
