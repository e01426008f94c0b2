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
import type { FetchFromStore, ReplaceInStore, StoreHold, StoreReference, StoreSecret, StoreServices } from '../store.ts'
import { segmentsOf, type VaultCall, vaultCalls } from './client.ts'

const seconds = z.int().nonnegative()
const signedIn = z.object({ auth: z.object({ client_token: z.string().min(1).max(8192), lease_duration: seconds }) })
const version = z.int().positive()
const stored = z.object({
  data: z.object({ data: z.record(z.string(), z.unknown()).nullable(), metadata: z.object({ version }) }),
})
const written = z.object({ data: z.object({ version }) })
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

const documentOf = ({ location, path }: StoreReference<'vault'>): string =>
  `${segmentsOf(location.mount)}/data/${segmentsOf(path)}`

/** Nobody waits for it. */
const leave = (session: SignedIn, { onLeft }: StoreServices): void => {
  signOut(session, AbortSignal.timeout(SIGN_OUT_LIMIT)).catch(onLeft)
}

const readField = async (reference: StoreReference<'vault'>, { call }: SignedIn, signal: AbortSignal) => {
  const { field } = reference
  const { data, metadata } = readAs(stored, await call({ method: 'GET', path: documentOf(reference), signal })).data
  if (data === null || field === null) throw new SallyportError('store_secret_missing')
  return { password: passwordOf(fieldOf(data, field)), version: metadata.version, field }
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
  try {
    if (reference.location.engine === 'database') return await makeUser(reference, session, signal)
    const { password } = await readField(reference, session, signal)
    leave(session, services)
    return { password, userName: null, hold: null }
  } catch (error) {
    leave(session, services)
    throw error
  }
}

/** Of the document only this field changes, and only if nobody wrote since the version that was read. */
const writeField = async (
  reference: StoreReference<'vault'>,
  password: Buffer,
  { cas, session, signal }: { readonly cas: number; readonly session: SignedIn; readonly signal: AbortSignal },
): Promise<number> => {
  const body = { options: { cas }, data: { [reference.field ?? '']: password.toString('utf8') } }
  return readAs(written, await session.call({ method: 'PATCH', path: documentOf(reference), body, signal })).data.version
}

export const replaceInVault: ReplaceInStore<'vault'> = async (reference, { next, after }, { services, signal }) => {
  if (reference.location.engine === 'database') {
    throw new SallyportError('conflict', { message: 'The store makes users by itself, which end with their lease.' })
  }
  const session = await signIn(reference, services, signal)
  try {
    const { password, version: found } = await readField(reference, session, signal)
    try {
      // An answer that was lost, or whoever settled what was cut off.
      if (next !== null && password.equals(next)) return found
      return await writeField(reference, next ?? password, { cas: after ?? found, session, signal })
    } finally {
      password.fill(0)
    }
  } finally {
    leave(session, services)
  }
}
