import type { ServiceAccountRow } from './store.ts'

/** What an account is at a moment. */
export const statusOfServiceAccount = (
  account: Pick<ServiceAccountRow, 'revokedAt' | 'expiresAt'>,
  now: number,
): 'active' | 'ended' | 'revoked' => {
  if (account.revokedAt !== null) return 'revoked'
  return account.expiresAt.getTime() <= now ? 'ended' : 'active'
}
