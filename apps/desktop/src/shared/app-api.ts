/**
 * The app's contract: what the renderer asks of its host, and is told by it. The host is the app's main process, over IPC, or the
 * agent, over a WebSocket on loopback: the renderer cannot tell them apart but by {@link hostFacts}. One table of methods with
 * the schema of what goes in and out, in the manner of `local-api.ts`; the host parses every payload on arrival. Answers and events
 * are in `app-messages.ts`.
 */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'
import type { AppAnswer, AppEvent } from './app-messages.ts'
import { credentialName } from './credential-name.ts'
import { localMethods } from './local-api.ts'
import { logExport } from './log-export.ts'
import { foundTool, toolChoices } from './tools.ts'

const nothing = z.strictObject({})

/** What this host can do. Where it cannot, the renderer shows no button. */
export const hostCapability = z.enum([
  /** Starts other programs of this computer. */
  'open-in',
  /** Saves a file where the person says. */
  'save-file',
  /** Lets the person show it a program. */
  'choose-program',
  'start-at-login',
  'tray',
  'notifications',
  'updates',
  /** The window's frame is drawn by the renderer: see `titleBar`. */
  'own-title-bar',
  /** Starts the agent again when it has gone. */
  'start-agent',
  /** Is told when the screen is locked or the computer sleeps. */
  'screen-lock',
])

export const hostFacts = z.strictObject({
  kind: z.enum(['electron', 'loopback']),
  platform: z.enum(['linux', 'darwin', 'win32']),
  version: z.string().max(64),
  /** Of the parts beneath, for a report: `electron`, `chromium`, `node`. */
  components: z.record(z.string().max(32), z.string().max(64)),
  capabilities: z.array(hostCapability),
  /** Pixels that the system's window buttons take of the top row; all 0 where the system draws a frame of its own. */
  titleBar: z.strictObject({ left: z.int().nonnegative(), right: z.int().nonnegative() }),
  /** Name of this computer as its user knows it: what a new device is called unless the person says otherwise. */
  deviceName: z.string().max(120),
})
export type HostFacts = z.infer<typeof hostFacts>

/** How the window behaves. What the person prefers elsewhere is the agent's, so that app, tray and CLI know one truth. */
export const windowSettings = z.strictObject({
  startAtLogin: z.boolean(),
  /** null until the person was asked at the first close. */
  whenClosed: z.enum(['keep-running', 'quit']).nullable(),
})
export type WindowSettings = z.infer<typeof windowSettings>

/** Places in the system's browser that the renderer may ask for; it never names an address itself. */
export const browserPlace = z.discriminatedUnion('place', [
  /** The page of a sign-in or confirmation that the agent began. */
  z.strictObject({ place: z.literal('attempt'), id: uuid }),
  z.strictObject({ place: z.literal('documentation'), page: z.enum(['user-guide', 'open-in', 'troubleshooting']) }),
])
export type BrowserPlace = z.infer<typeof browserPlace>

/** Of a file or folder that the person is asked to place. */
const suggestedName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/)

interface AppMethod {
  readonly params: z.ZodType
  readonly result: z.ZodType
}
const defineMethods = <const Table extends Readonly<Record<string, AppMethod>>>(table: Table): Table => table

/** The agent's methods that the host passes on as they are. Not among them: those that are the host's, or of other faces. */
const {
  subscribe: _subscribe,
  stop: _stop,
  serveUi: _serveUi,
  woke: _woke,
  renew: _renew,
  writeLogExport: _writeLogExport,
  ...passedOn
} = localMethods

/** Names of the methods that a host passes on to the agent without looking into them. */
export const passedOnMethods: ReadonlySet<string> = new Set(Object.keys(passedOn))

/** Enough to unlock, or to leave. */
export const answeredWhileLocked: ReadonlySet<AppMethodName> = new Set([
  'host',
  'lockState',
  'lock',
  'beginUnlock',
  'awaitUnlock',
  'giveCode',
  'cancelBrowser',
  'openBrowser',
  'copy',
  'startAgent',
  'quit',
])

export const appMethods = defineMethods({
  ...passedOn,
  host: { params: nothing, result: hostFacts },
  /** The tools found on this computer that can open the credential, best first. `again`: look afresh. */
  openInTools: {
    params: z.strictObject({ credential: credentialName, again: z.boolean().optional() }),
    result: z.strictObject({ items: z.array(foundTool).max(64) }),
  },
  /** Resolves when the tool was started; how it went on is told by `openIn` events of this launch. */
  openIn: {
    params: z.strictObject({ credential: credentialName, tool: foundTool.shape.id }),
    result: z.strictObject({ launch: uuid }),
  },
  /** Every tool that is known, found or not, and what the person chose for them. `again`: look afresh. */
  toolChoices: { params: z.strictObject({ again: z.boolean().optional() }), result: toolChoices },
  /** Asks the person for the tool's program: a page never names one. As before when they thought better of it. */
  chooseProgram: { params: z.strictObject({ tool: foundTool.shape.id }), result: toolChoices },
  /** Forgets the program that was chosen, or the tool of the person's own. */
  forgetTool: { params: z.strictObject({ tool: foundTool.shape.id }), result: toolChoices },
  /** null: the first that is found. */
  chooseTerminal: { params: z.strictObject({ terminal: z.string().max(64).nullable() }), result: toolChoices },
  /** Puts text on the clipboard. Addresses and identifiers; never a secret, which the renderer does not know. */
  copy: {
    params: z.strictObject({
      text: z
        .string()
        .min(1)
        .max(64 * 1024),
    }),
    result: nothing,
  },
  /**
   * Asks the person where to, and writes. `saved` is false when they thought better of it. What is longer than one message goes
   * on with the `file` that the answer named, without asking again.
   */
  saveFile: {
    params: z.strictObject({
      file: uuid.optional(),
      suggestedName,
      content: z.string().max(3 * 1024 * 1024),
    }),
    result: z.strictObject({ saved: z.boolean(), file: uuid.nullable() }),
  },
  /**
   * Exports the audit log. A host that saves files asks the person where to, and says that nothing began when they thought better
   * of it; otherwise the page says what the person typed.
   */
  beginLogExport: {
    params: z.union([z.strictObject({ suggestedName }), z.strictObject({ folder: logExport.shape.folder })]),
    result: z.strictObject({ begun: z.boolean() }),
  },
  /** Shows the folder of the last export where the person looks at files. */
  showLogExport: { params: nothing, result: nothing },
  openBrowser: { params: browserPlace, result: nothing },
  windowSettings: { params: nothing, result: windowSettings },
  changeWindowSettings: { params: windowSettings.partial(), result: windowSettings },
  /** Starts the background agent when it has gone. */
  startAgent: { params: nothing, result: nothing },
  /** Ends the app and starts the newer version that is ready; the agent keeps its tunnels. `conflict` while none is. */
  installUpdate: { params: nothing, result: nothing },
  /** Ends the app; the agent keeps its tunnels unless told to end connections. */
  quit: { params: z.strictObject({ endConnections: z.boolean() }), result: nothing },
})
export type AppMethodName = keyof typeof appMethods
export type AppParams<Name extends AppMethodName> = z.input<(typeof appMethods)[Name]['params']>
export type AppResult<Name extends AppMethodName> = z.output<(typeof appMethods)[Name]['result']>

export const appRequest = z.strictObject({
  id: z.int().nonnegative(),
  method: z.custom<AppMethodName>((value) => typeof value === 'string' && Object.hasOwn(appMethods, value)),
  params: z.unknown(),
})
export type AppRequest = z.infer<typeof appRequest>

/** Where the loopback page finds its WebSocket, on its own origin. */
export const LOOPBACK_SOCKET_PATH = '/bridge'
/** What the fragment of the loopback page's address holds: `#token=<one-time token>`; the page takes it out at once. */
export const LOOPBACK_TOKEN_FIELD = 'token'

/**
 * What the preload puts into the page as `window.sallyport`. Errors are part of the answer because what crosses the isolation
 * of contexts is copied, and an error's own fields are not.
 */
export interface AppPort {
  send(request: AppRequest): Promise<AppAnswer>
  /** Returns how to stop listening. */
  listen(listener: (event: AppEvent) => void): () => void
}
