/** The bounds of a session: what its options say, and what holds where they say nothing. */
import { MAX_WINDOW } from '@sallyport/protocol/yamux'
import type { LivenessOptions } from './liveness.ts'
import type { MuxSessionOptions } from './options.ts'

const MEBIBYTE = 1_048_576

export type MuxLimits = LivenessOptions &
  Required<Pick<MuxSessionOptions, 'maxStreams' | 'acceptBacklog' | 'maxWindow' | 'windowBudget' | 'maxBuffered'>>

export const limitsOf = (options: MuxSessionOptions): MuxLimits => ({
  maxStreams: options.maxStreams ?? 8_192,
  acceptBacklog: options.acceptBacklog ?? 1_024,
  maxWindow: Math.min(options.maxWindow ?? MAX_WINDOW, MAX_WINDOW),
  windowBudget: options.windowBudget ?? 64 * MEBIBYTE,
  maxBuffered: options.maxBuffered ?? 128 * MEBIBYTE,
  keepaliveIntervalMs: options.keepaliveIntervalMs ?? 15_000,
  keepaliveTimeoutMs: options.keepaliveTimeoutMs ?? 20_000,
  writeTimeoutMs: options.writeTimeoutMs ?? 30_000,
  idleTimeoutMs: options.idleTimeoutMs ?? null,
  now: options.now ?? (() => performance.now()),
})
