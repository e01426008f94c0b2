/** Keys rotate by themselves. The vault does it, in transactions of its own: this says when. */
import type { VaultLink } from '../links/index.ts'
import type { OutsideJob } from './scheduler.ts'

const INTERVAL = 10 * 60_000

export const keyJob = (vault: Pick<VaultLink, 'keepKeys'>): OutsideJob => ({
  name: 'keys',
  interval: INTERVAL,
  // It waits for the key management service, and may be done by two at once: a row is replaced only as it was read.
  stepOutside: async ({ organization }) => (await vault.keepKeys({ organization })).more,
})
