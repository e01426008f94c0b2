/** Other people's tools that can open a credential, and how opening one went on. */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { credentialName } from './credential-name.ts'

/**
 * What a tool that was found will do: `connects` at once, is `ready` and connects at first use, or is `prepared`, one click
 * away.
 */
export const openOutcome = z.enum(['connects', 'ready', 'prepared'])

export const foundTool = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  label: z.string().max(120),
  kind: z.enum(['terminal', 'application']),
  outcome: openOutcome,
  /** What the tool asks once, at its first use: told before it is opened. */
  firstUse: z.string().max(500).nullable(),
  /** Whether it was the last one opened for this credential. */
  lastUsed: z.boolean(),
})
export type FoundTool = z.infer<typeof foundTool>

/** What is known of the tools on this computer, and what the person chose for them. */
export const toolChoices = z.strictObject({
  tools: z
    .array(
      foundTool.pick({ id: true, label: true, kind: true }).extend({
        /** null: it was not found. */
        outcome: openOutcome.nullable(),
        /** The program that the person chose; null: the one that is found. */
        program: z.string().max(4096).nullable(),
        /** Added by the person. */
        own: z.boolean(),
      }),
    )
    .max(64),
  /** That programs like psql can open in; none where no window can be opened. */
  terminals: z.array(z.strictObject({ id: z.string().max(64), label: z.string().max(120) })).max(64),
  /** The chosen one; null: the first. */
  terminal: z.string().max(64).nullable(),
})
export type ToolChoices = z.infer<typeof toolChoices>

/** `connected` only when a connection of that very program arrived at the credential's listener. */
export const openProgress = z.strictObject({
  launch: uuid,
  credential: credentialName,
  tool: foundTool.shape.id,
  state: z.enum(['started', 'connected', 'prepared', 'did-not-connect', 'failed']),
  /** What to do, when it did not connect or failed. */
  message: z.string().max(1000).nullable(),
})
export type OpenProgress = z.infer<typeof openProgress>
