/**
 * What the renderer parses of all that its host says: answers, events, and the greeting over a WebSocket. Apart from the table of
 * methods in `app-api.ts`, whose schemas a page has no need to make before it shows something.
 */
import { isErrorCode, timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { findingEvent } from './diagnosis.ts'
import { localEvent } from './local-event.ts'
import { openProgress } from './tools.ts'

/** Longest message between renderer and host, in bytes of its JSON: as long as a line of the local API. */
export const MAX_APP_MESSAGE = 4 * 1024 * 1024

/** What the host tells the renderer. The agent's own events say only that something changed; the renderer asks again. */
export const appEvent = z.discriminatedUnion('event', [
  localEvent,
  findingEvent,
  /** The agent went away or is back. */
  z.strictObject({ event: z.literal('agent'), present: z.boolean() }),
  z.strictObject({ event: z.literal('openIn'), progress: openProgress }),
  /** Somebody opened `sallyport://connect/<credential>`: the renderer asks before anything happens. */
  z.strictObject({ event: z.literal('link'), credential: uuid }),
  /** A menu, the tray or a notification leads to a screen. */
  z.strictObject({ event: z.literal('navigate'), to: z.string().regex(/^\/[a-z0-9/-]{0,200}$/) }),
  /** A newer version is on disk and starts with the next start. */
  z.strictObject({ event: z.literal('update'), version: z.string().max(64), readyAt: timestamp }),
])
export type AppEvent = z.infer<typeof appEvent>

/** An error as it crosses to the renderer: plain data. */
const appError = z.strictObject({
  code: z.string().refine(isErrorCode),
  message: z.string().max(2000),
  details: z.array(z.string().max(300)).max(64).optional(),
})

export const appAnswer = z.union([
  z.strictObject({ id: z.int().nonnegative(), result: z.unknown() }),
  z.strictObject({ id: z.int().nonnegative(), error: appError }),
])
export type AppAnswer = z.infer<typeof appAnswer>

/**
 * Over a WebSocket the renderer's first message proves that it was opened by the person: the one-time token of the address's
 * fragment. The answer is {@link appWelcome}; then requests, answers and events as JSON texts.
 */
export const appHello = z.strictObject({ hello: z.literal(1), token: z.string().min(16).max(128) })
/** `next` is what to say hello with when this connection is lost: again good for one time, kept in memory only. */
export const appWelcome = z.strictObject({ welcome: z.literal(1), next: z.string().min(16).max(128) })
