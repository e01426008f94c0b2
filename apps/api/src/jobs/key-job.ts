/** Keys rotate by themselves. The vault does it, in transactions of its own: this says when. */
import type { VaultLink } from '../links/index.ts'
import type { Job } from './scheduler.ts'

const INTERVAL = 10 * 60_000

export const keyJob = (vault: Pick<VaultLink, 'keepKeys'>): Job => ({
  name: 'keys',
  interval: INTERVAL,
  step: async (_transaction, { organization }) => (await vault.keepKeys({ organization })).more,
})
