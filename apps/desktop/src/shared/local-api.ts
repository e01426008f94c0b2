/**
 * The agent's local API: what its faces (CLI, app) ask of it. One table of methods with the schema of what goes in and out;
 * every payload is parsed on arrival, on both sides. How it crosses the socket: `../local/local-wire.ts`.
 */
import { deviceFacts, grantedCredential, routes, type RouteName } from '@sallyport/protocol/api'
import {
  base64urlOf,
  displayName,
  isErrorCode,
  pathTls,
  port,
  resourceHop,
  slug,
  timestamp,
  trustBundle,
  uuid,
} from '@sallyport/protocol'
import { z } from 'zod'
import { credentialName } from './credential-name.ts'
import { bundle, diagnosis, logLine, MAX_LOG_LINES } from './diagnosis.ts'
import { logExport } from './log-export.ts'
import { facePreferences } from './preferences.ts'

const nothing = z.strictObject({})

export const listenerState = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('listening') }),
  z.strictObject({ state: z.literal('off') }),
  /** Somebody else holds the port; `owner` says who, where the system tells. */
  z.strictObject({ state: z.literal('port-taken'), owner: z.string().max(300).nullable() }),
  /** The endpoint changed and the secret is not bound to it again yet. */
  z.strictObject({ state: z.literal('unbound') }),
])

export const localCredential = z.strictObject({
  granted: grantedCredential,
  host: z.literal('127.0.0.1'),
  /** The organization's port, unless a local override stands in for it. */
  port,
  portOverridden: z.boolean(),
  /** Folder of the unix socket, for libpq's `host=`; null where the system has none. */
  socketDirectory: z.string().max(300).nullable(),
  listener: listenerState,
  connections: z.int().nonnegative(),
  /** Why the last connection failed, until one succeeds. */
  lastError: z.strictObject({ code: z.string().max(64), message: z.string().max(1024), at: timestamp }).nullable(),
})
export type LocalCredential = z.infer<typeof localCredential>

export const localConnection = z.strictObject({
  id: uuid,
  credential: credentialName,
  gateway: z.string().max(120),
  caller: z.strictObject({ program: z.string(), user: z.string(), pid: z.int() }).nullable(),
  /** Loopback port of the tool, by which the system can be asked for the caller; null on a unix socket. */
  peerPort: port.nullable(),
  openedAt: timestamp,
  bytesUp: z.int().nonnegative(),
  bytesDown: z.int().nonnegative(),
  /** To the gateway and back; null before it was measured. */
  roundTripMs: z.number().nonnegative().nullable(),
  leaseExpiresAt: timestamp.nullable(),
})

export type LocalConnection = z.infer<typeof localConnection>

const pathHop = z.strictObject({
  name: z.string().max(120),
  /** The name in its certificate. */
  identity: z.string().max(300),
  /** From the agent to here and back, milliseconds. */
  roundTripMs: z.number().nonnegative().nullable(),
  tls: pathTls.nullable(),
})

/** The way of one connection, hop by hop, as it was measured. */
export const connectionPath = z.strictObject({
  /** From the tool to the agent. `tls` is null unless the tool asked for it: nothing leaves this computer there. */
  tool: z.strictObject({ socket: z.boolean(), tls: pathTls.nullable() }),
  gateway: pathHop.extend({ host: z.string().max(255), port }),
  /** Behind the gateway, which only passes what it cannot read; null where the gateway reaches the resource itself. */
  relay: pathHop.nullable(),
  /** null: the gateway tells nothing of it. */
  resource: resourceHop.extend({ reachedAt: timestamp }).nullable(),
})
export type ConnectionPath = z.infer<typeof connectionPath>

export const agentStatus = z.strictObject({
  version: z.string(),
  profile: z.string(),
  pid: z.int(),
  state: z.enum(['not-enrolled', 'signed-out', 'signed-in']),
  /** Why the last session ended, when it did not end by the user's will. */
  ended: z.strictObject({ code: z.string().refine(isErrorCode), message: z.string(), at: timestamp.optional() }).nullable(),
  keyStorage: deviceFacts.shape.keyStorage,
  api: z.strictObject({ origin: z.string(), reachable: z.boolean() }).nullable(),
  organization: z.strictObject({ id: uuid, slug: z.string(), name: z.string() }).nullable(),
  user: z.strictObject({ id: uuid, email: z.string(), firstName: z.string(), lastName: z.string() }).nullable(),
  device: uuid.nullable(),
  session: z.strictObject({ id: uuid, expiresAt: timestamp, certificateExpiresAt: timestamp }).nullable(),
  gateways: z.array(
    z.strictObject({
      id: uuid,
      name: z.string(),
      /** Whose resources it serves. */
      sites: z.array(uuid),
      connected: z.boolean(),
      roundTripMs: z.number().nonnegative().nullable(),
    }),
  ),
  connections: z.int().nonnegative(),
})
export type AgentStatus = z.infer<typeof agentStatus>

/** An organization that was found by its address: what a person saw of it, and what signing in pins. */
export const contact = z.strictObject({
  /** Origin of the API, whose certificate is checked by web PKI. */
  api: z.url({ protocol: /^https$/ }).max(300),
  organization: slug,
  name: displayName,
  /** SHA-256 of the organization's root certificate. */
  rootFingerprint: base64urlOf(32),
})
export type Contact = z.infer<typeof contact>

const routeName = z.custom<RouteName>((value) => typeof value === 'string' && Object.hasOwn(routes, value))

/** `url`: the page to open in the system browser. */
const begunInBrowser = z.strictObject({ id: uuid, url: z.string().max(600) })

const lockState = z.strictObject({ locked: z.boolean() })

interface LocalMethod {
  readonly params: z.ZodType
  readonly result: z.ZodType
}
const defineMethods = <const Table extends Readonly<Record<string, LocalMethod>>>(table: Table): Table => table

export const localMethods = defineMethods({
  status: { params: nothing, result: agentStatus },
  /** Accepts an invitation: enrols this device and signs in. */
  enrol: {
    params: z.strictObject({
      invitation: z.string().max(4096),
      password: z.string().min(1).max(1024),
      firstName: z.string().max(120).optional(),
      lastName: z.string().max(120).optional(),
      deviceName: z.string().min(1).max(120).optional(),
    }),
    result: agentStatus,
  },
  /**
   * First contact without an invitation, by an address such as `https://sallyport.example.com/acme`, whose certificate this
   * computer must trust. Nothing is kept before a sign-in. Throws `certificate_invalid` and `not_found`.
   */
  findOrganization: { params: z.strictObject({ address: z.string().min(1).max(300) }), result: contact },
  /**
   * `invitation`: any invitation of the organization, used or not, tells a device that is not enrolled where the API is and
   * whom to trust; its code is not used. `contact` does so too.
   */
  signIn: {
    params: z.strictObject({
      email: z.string().max(254),
      password: z.string().min(1).max(1024),
      invitation: z.string().max(4096).optional(),
      contact: contact.optional(),
      deviceName: z.string().min(1).max(120).optional(),
    }),
    result: agentStatus,
  },
  /**
   * Signs in on the API's page in the system browser. The face opens `url` and then awaits `id`. With `accept` the invitation is
   * accepted there; without, it only tells where to sign in. `newDevice`: the old device key is lost or was revoked.
   * `paste`: the browser is on another computer; its page shows a code, which the face brings by `giveCode`.
   */
  beginSignIn: {
    params: z.strictObject({
      invitation: z.string().max(4096).optional(),
      contact: contact.optional(),
      accept: z.boolean().default(false),
      deviceName: z.string().min(1).max(120).optional(),
      newDevice: z.boolean().default(false),
      paste: z.boolean().default(false),
    }),
    result: begunInBrowser,
  },
  awaitSignIn: { params: z.strictObject({ id: uuid }), result: agentStatus },
  /**
   * Lets a person confirm on a page that it is they; `call` is shown there in words. The proof is for whoever awaits it: it goes
   * with {@link localMethods.api}, and the agent keeps none.
   */
  beginPresence: {
    params: z.strictObject({
      call: z.strictObject({ route: routeName, input: z.unknown() }).nullable().default(null),
      paste: z.boolean().default(false),
    }),
    result: begunInBrowser,
  },
  awaitPresence: { params: z.strictObject({ id: uuid }), result: routes.finishPresence.response },
  /** What a page showed to the person. Throws `browser_code_invalid` for what is no whole code: it may be given again. */
  giveCode: { params: z.strictObject({ id: uuid, code: z.string().max(200) }), result: nothing },
  cancelBrowser: { params: z.strictObject({ id: uuid }), result: nothing },
  signOut: { params: nothing, result: agentStatus },
  /** Renews the session's certificate now. Throws `api_unreachable` where that has to wait; it is tried again by itself. */
  renew: { params: nothing, result: agentStatus },
  /** Whether the app's pages are locked: their hosts answer nothing then that shows or does something. */
  lockState: { params: nothing, result: lockState },
  /** Locks them. Throws `not_enrolled`: there is nothing to see, and nobody who could unlock. */
  lock: { params: nothing, result: lockState },
  /** Unlocks them on the API's page in the browser: there the person confirms, or signs in, that it is they. `paste` as above. */
  beginUnlock: { params: z.strictObject({ paste: z.boolean().default(false) }), result: begunInBrowser },
  awaitUnlock: { params: z.strictObject({ id: uuid }), result: lockState },
  /** Somebody is at a page: it locks itself after some time without. */
  used: { params: nothing, result: nothing },
  credentials: { params: nothing, result: z.strictObject({ items: z.array(localCredential) }) },
  connect: { params: z.strictObject({ name: credentialName }), result: localCredential },
  disconnect: { params: z.strictObject({ name: credentialName }), result: localCredential },
  /** null: back to the organization's port. */
  setPort: { params: z.strictObject({ name: credentialName, port: port.nullable() }), result: localCredential },
  connections: { params: nothing, result: z.strictObject({ items: z.array(localConnection) }) },
  /** Throws `not_found` for a connection that ended. */
  path: { params: z.strictObject({ connection: uuid }), result: connectionPath },
  endConnection: { params: z.strictObject({ id: uuid }), result: nothing },
  /** A call of the API, signed by the agent; input and result are those of the route. `presence`: for routes that ask for it. */
  api: {
    params: z.strictObject({ route: routeName, input: z.unknown(), presence: z.string().max(64).optional() }),
    result: z.unknown(),
  },
  /** The verified trust bundle, for sealing secrets to the vault key. */
  trust: { params: nothing, result: trustBundle.payload },
  /** An address on loopback that lets one page of a browser in, for some minutes. */
  serveUi: { params: nothing, result: z.strictObject({ url: z.string().max(200) }) },
  /**
   * Looks at everything that a connection needs, and at the way to it; takes some seconds. With a `run`, a fresh id, subscribers
   * are told of each finding by a `finding` event as soon as it is made.
   */
  diagnose: { params: z.strictObject({ run: uuid.optional() }), result: diagnosis },
  /** A diagnosis as a text for somebody who helps, with the end of the log, without secrets. */
  bundle: { params: nothing, result: bundle },
  /** The end of the agent's log, the newest line last, without secrets. */
  log: { params: nothing, result: z.strictObject({ lines: z.array(logLine).max(MAX_LOG_LINES) }) },
  /**
   * Writes the audit log into a new or empty folder of this computer, for `sallyport-verify`; answers once that is begun, and goes
   * on whatever becomes of the face. `~/` is the person's own folder. Throws `conflict` while another export is under way.
   */
  writeLogExport: { params: z.strictObject({ folder: logExport.shape.folder }), result: logExport },
  /** The export that was begun last; null: none since the agent started. */
  logExport: { params: nothing, result: z.strictObject({ export: logExport.nullable() }) },
  /** Answers once nothing of it is left in its folder. */
  cancelLogExport: { params: nothing, result: nothing },
  preferences: { params: nothing, result: facePreferences },
  /** What is absent stays. */
  setPreferences: { params: facePreferences.partial(), result: facePreferences },
  /** From here on this connection is told of changes. */
  subscribe: { params: nothing, result: nothing },
  /** The computer slept: looks at once whether API and gateways are still there. */
  woke: { params: nothing, result: nothing },
  stop: { params: nothing, result: nothing },
})
export type LocalMethodName = keyof typeof localMethods
export type LocalParams<Name extends LocalMethodName> = z.input<(typeof localMethods)[Name]['params']>
export type LocalResult<Name extends LocalMethodName> = z.output<(typeof localMethods)[Name]['result']>
