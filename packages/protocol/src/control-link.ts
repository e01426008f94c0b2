/**
 * The control link: a WebSocket from a gateway to the API, one JSON message per text frame. The API pushes; the gateway says
 * hello first and answers heartbeats. `spec/control-link.md`.
 */
import { z } from 'zod'
import { caller, instant, uuid } from './fields.ts'
import { endpoint } from './lease.ts'
import { probeStep, MAX_PROBE_STEPS } from './probe.ts'
import { revocation } from './revocation.ts'
import { MAX_UPLINKS } from './trust-bundle.ts'

/** Longest frame of the link, in bytes. */
export const MAX_CONTROL_FRAME = 1024 * 1024
/** The API sends a heartbeat this often, in milliseconds; a gateway that misses three reconnects. */
export const HEARTBEAT_INTERVAL = 5_000
/** Revocations in one frame. */
export const MAX_REVOCATIONS_PER_FRAME = 1000

/** Connections in one frame, and those of a gateway that are told at all; more are counted only. */
export const MAX_CONNECTIONS_PER_FRAME = 500
export const MAX_TOLD_CONNECTIONS = 20_000

/** A connection as it began. Whose it is follows from its lease. */
const toldConnection = z.strictObject({ id: uuid, lease: uuid, caller: caller.nullable(), openedAt: instant })
export type ToldConnection = z.infer<typeof toldConnection>

const connectionBytes = z.strictObject({ id: uuid, bytesUp: z.int().nonnegative(), bytesDown: z.int().nonnegative() })

export const controlFromGateway = z.discriminatedUnion('type', [
  /** `since`: the last revocation number applied; null after a start, then a snapshot follows. */
  z.strictObject({
    type: z.literal('hello'),
    since: z.int().nonnegative().nullable(),
    version: z.string().max(64),
    trustBundle: z.int().nonnegative(),
  }),
  z.strictObject({ type: z.literal('applied'), revocation: z.int().nonnegative() }),
  z.strictObject({
    type: z.literal('status'),
    sessions: z.int().nonnegative(),
    connections: z.int().nonnegative(),
    spoolBytes: z.int().nonnegative(),
    residentBytes: z.int().nonnegative(),
    /** Share of one processor that it used since the status before. */
    processorShare: z.number().nonnegative(),
    /** Of a relay: the gateways at which it can be reached now. */
    uplinks: z.array(uuid).max(MAX_UPLINKS).optional(),
  }),
  /**
   * What changed among open connections since the last such frame; at most once a second. `reset`: this is the first frame of a
   * link, and what it does not name is closed unless a later frame names it.
   */
  z.strictObject({
    type: z.literal('connections'),
    reset: z.boolean(),
    opened: z.array(toldConnection).max(MAX_CONNECTIONS_PER_FRAME),
    bytes: z.array(connectionBytes).max(MAX_CONNECTIONS_PER_FRAME),
    closed: z.array(uuid).max(MAX_CONNECTIONS_PER_FRAME),
  }),
  /** Answers a `probe`. */
  z.strictObject({ type: z.literal('probed'), id: uuid, steps: z.array(probeStep).min(1).max(MAX_PROBE_STEPS) }),
])
export type ControlFromGateway = z.infer<typeof controlFromGateway>

export const controlFromApi = z.discriminatedUnion('type', [
  /**
   * Everything still worth refusing, when `since` was null or too old: leases, sessions and devices that are revoked and not
   * yet expired. Replaces all tombstones. A gateway accepts no client before it has one.
   */
  z.strictObject({ type: z.literal('snapshot'), head: z.int().nonnegative(), revocations: z.array(revocation) }),
  /** Consecutive numbers, directly after the last sent. A gap is answered with a new hello. */
  z.strictObject({ type: z.literal('revocations'), revocations: z.array(revocation).min(1).max(MAX_REVOCATIONS_PER_FRAME) }),
  z.strictObject({ type: z.literal('heartbeat'), head: z.int().nonnegative(), at: instant, trustBundle: z.int().positive() }),
  /** A new trust bundle is there; fetch it. */
  z.strictObject({ type: z.literal('trust-bundle'), number: z.int().positive() }),
  /** Try to reach this endpoint, without a credential, and say what was found (`probed`). */
  z.strictObject({ type: z.literal('probe'), id: uuid, endpoint }),
  /** A job waits for this gateway: take it (`takeJob`). */
  z.strictObject({ type: z.literal('jobs') }),
  /** The gateway itself is revoked or replaced: stop serving. */
  z.strictObject({ type: z.literal('stop'), code: z.string().max(64) }),
])
export type ControlFromApi = z.infer<typeof controlFromApi>

/** What agents and apps are told over their event socket: that something changed, never what. */
export const agentEvent = z.strictObject({
  topic: z.enum(['credentials', 'session', 'trust-bundle', 'devices', 'activity', 'audit', 'alerts', 'requests']),
  version: z.int().nonnegative(),
})
export type AgentEvent = z.infer<typeof agentEvent>

export const controlPaths = { gateway: '/v1/gateway/control', agent: '/v1/events' } as const
/** WebSocket subprotocols of the two. */
export const controlSubprotocols = { gateway: 'sallyport.control.v1', agent: 'sallyport.events.v1' } as const

/** Names one end of a recorded stream. */
export const streamId = uuid
