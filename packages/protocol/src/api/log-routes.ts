/** The log as it is proven: its head, its tiles, its entries as they were hashed, its witnesses. */
import { z } from 'zod'
import { base64urlOf, base64urlUpTo, timestamp, uuid } from '../fields.ts'
import { MAX_ENTRY_BYTES } from './audit-entry.ts'
import { defineRoutes } from './route.ts'

/** A verifier key of C2SP signed-note. */
const verifierKey = z.string().min(8).max(512)
/** A signed note with its cosignatures. */
const signedNote = z.string().max(256 * 1024)

const MAX_WITNESSES = 16
/** Entries of one answer, which ends earlier when it gets long. */
export const MAX_LOG_ENTRIES = 1024
/** Bytes of entries after which an answer ends: with every quotation mark escaped, still a message of an agent to its faces. */
export const MAX_LOG_ENTRIES_BYTES = 2 * 1024 * 1024

export const logWitness = z.strictObject({
  /** Its verifier key, of the kind for cosignatures: `<name>+<id>+<base64>`. */
  key: verifierKey,
  /** To which `/add-checkpoint` is appended. */
  url: z.url({ protocol: /^https?$/ }).max(1024),
})
export type LogWitness = z.infer<typeof logWitness>

export const logWitnesses = z.strictObject({
  witnesses: z.array(logWitness).max(MAX_WITNESSES),
  /** How many of them must have cosigned a head before it counts as witnessed. */
  quorum: z.int().min(0).max(MAX_WITNESSES),
})
export type LogWitnesses = z.infer<typeof logWitnesses>

/** Why heads are not signed at present. Entries are numbered all the same. */
export const logProblem = z.enum([
  /** No key of the log opens: its root key is another one. */
  'key-lost',
  /** A witness has seen a longer log than this one: a backup was restored, or entries were removed. */
  'behind-witness',
  /** A witness has seen another history than this one. */
  'beside-witness',
  /** The tree does not contain what was published before. */
  'history-changed',
  /** Witnesses do not answer, so that nobody knows what they have seen. */
  'witnesses-silent',
])
export type LogProblem = z.infer<typeof logProblem>

export const logState = z.strictObject({
  /** First line of every checkpoint: which log this is. */
  origin: z.string().max(255),
  /** Verifier keys of the log, the newest first. */
  keys: z.array(verifierKey).max(16),
  /** Numbered entries; those from the checkpoint's size on are about to be signed. */
  size: z.int().nonnegative(),
  /** The newest signed head; null before the first. */
  checkpoint: z.strictObject({ size: z.int().nonnegative(), note: signedNote, signedAt: timestamp }).nullable(),
  /** The newest head that enough witnesses have cosigned. */
  witnessed: z.strictObject({ size: z.int().nonnegative(), note: signedNote }).nullable(),
  quorum: z.int().nonnegative(),
  witnesses: z
    .array(
      logWitness.extend({
        /** Size of the head that it cosigned last. */
        size: z.int().nonnegative().nullable(),
        answeredAt: timestamp.nullable(),
        /** What went wrong when it was last asked. */
        problem: z.string().max(500).nullable(),
      }),
    )
    .max(MAX_WITNESSES),
  problem: z.strictObject({ code: logProblem, message: z.string().max(500), since: timestamp }).nullable(),
})
export type LogState = z.infer<typeof logState>

export const logEntries = z.strictObject({
  /** Number of the first. */
  start: z.int().nonnegative(),
  /** The bytes that were hashed, as text: canonical JSON. As many as fit; none at the end of the log. */
  entries: z.array(z.string().max(MAX_ENTRY_BYTES)).max(MAX_LOG_ENTRIES),
})

export const entryProof = z.strictObject({
  index: z.int().nonnegative(),
  leaf: base64urlOf(32),
  entry: z.string().max(MAX_ENTRY_BYTES),
  /** null until a head that covers it is signed, which takes less than a second when all is well. */
  proof: signedNote.nullable(),
})

export const logRoutes = defineRoutes({
  getLog: {
    method: 'GET',
    path: '/v1/log',
    summary: 'The head of the log, its keys, its witnesses, and what is wrong with it',
    authentication: 'two-signature',
    permission: 'audit.read',
    purposes: ['api', 'audit'],
    audit: null,
    response: logState,
    errors: ['log_unavailable'],
  },
  getLogTile: {
    method: 'GET',
    path: '/v1/log/tiles/{level}/{tile}',
    summary: 'Hashes of one tile of the tree (C2SP tlog-tiles)',
    authentication: 'two-signature',
    permission: 'audit.read',
    purposes: ['api', 'audit'],
    audit: null,
    parameters: z.strictObject({
      level: z.coerce.number().int().min(0).max(6),
      tile: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    }),
    query: z.strictObject({
      /** Hashes wanted; 256: the full tile. */
      width: z.coerce.number().int().min(1).max(256).default(256),
    }),
    response: z.strictObject({ hashes: base64urlUpTo(256 * 32) }),
    errors: ['log_unavailable', 'not_found'],
  },
  readLogEntries: {
    method: 'GET',
    path: '/v1/log/entries',
    summary: 'Entries as they were hashed, by their numbers',
    authentication: 'two-signature',
    permission: 'audit.read',
    purposes: ['api', 'audit'],
    audit: null,
    query: z.strictObject({
      start: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
      limit: z.coerce.number().int().min(1).max(MAX_LOG_ENTRIES).default(256),
    }),
    response: logEntries,
    errors: ['log_unavailable'],
  },
  proveLogEntry: {
    method: 'GET',
    path: '/v1/audit-entries/{entry}/proof',
    summary: 'One entry with the proof that it is in the log (C2SP tlog-proof)',
    authentication: 'two-signature',
    permission: 'audit.read',
    purposes: ['api', 'audit'],
    audit: null,
    parameters: z.strictObject({ entry: uuid }),
    response: entryProof,
    errors: ['log_unavailable', 'not_found'],
  },
  beginLogExport: {
    method: 'POST',
    path: '/v1/log/exports',
    summary: 'Says in the log that it is exported, and what to read for it',
    authentication: 'two-signature',
    permission: 'audit.read',
    purposes: ['api', 'audit'],
    audit: 'log.exported',
    response: logState,
    errors: ['log_unavailable'],
  },
  startLogKey: {
    method: 'POST',
    path: '/v1/log/keys',
    summary: 'Makes a new key for the heads of the log, when the one before is lost or must not be trusted any more',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'log.key-changed',
    response: logState,
    errors: ['log_unavailable', 'limit_reached'],
  },
  changeLogWitnesses: {
    method: 'PUT',
    path: '/v1/log/witnesses',
    summary: 'Decides who cosigns the heads of the log',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'log.witnesses-changed',
    body: logWitnesses,
    response: logWitnesses,
    errors: [],
  },
})
