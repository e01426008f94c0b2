import { passwordSteps } from '../adapters/adapter.ts'

/**
 * Points of a rotation, in their order, at which the gateway may be killed. Up to `unlocked` nothing happened. From `stored` on the
 * vault has both passwords, and hands out the one before; the resource takes that one until `committed` and the new one from then
 * on. After `reported` the vault hands out the new one. A password that lies in a third-party store is written back there as it is
 * before `writable`, and the new one before `written`: leases fetch the one before until then.
 */
export const jobSteps = ['taken', 'unlocked', 'writable', ...passwordSteps, 'written', 'reported'] as const
export type JobStep = (typeof jobSteps)[number]
