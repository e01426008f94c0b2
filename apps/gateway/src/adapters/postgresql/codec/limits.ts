/**
 * Named limits of everything that arrives. Those that PostgreSQL has itself are its own (src/include/libpq/libpq.h and
 * pqcomm.h), so that no tool that works with a server directly meets a tighter one here.
 */

/** Longest startup packet, its length field included (MAX_STARTUP_PACKET_LENGTH). */
export const MAX_STARTUP_PACKET = 10_000

/** Longest body of messages that only carry names or nothing (PQ_SMALL_MESSAGE_LIMIT). */
export const MAX_SMALL_MESSAGE = 10_000

/** Longest body of any message (PQ_LARGE_MESSAGE_LIMIT: one byte less than the largest allocation). */
export const MAX_MESSAGE = 0x3fffffff - 1

/** Longest cancel secret (protocol 3.2). */
export const MAX_CANCEL_SECRET = 256

/** Longest body of one message while signing in to a resource; the longest legitimate ones carry SCRAM messages or errors. */
export const MAX_SIGN_IN_MESSAGE = 64 * 1024

/** Most bytes a resource may send between its AuthenticationOk and its first ReadyForQuery. */
export const MAX_GREETING = 1024 * 1024

/** Statement messages up to this size are held whole before they go on; longer ones are read as they pass. */
export const MAX_HELD_STATEMENT = 256 * 1024

/** Bind and function call messages up to this size are read whole; longer ones are read as they pass. */
export const MAX_HELD_VALUES = 256 * 1024

/** Errors up to this size are read whole; of longer ones the record says only that there was an error. */
export const MAX_HELD_ERROR = 64 * 1024
