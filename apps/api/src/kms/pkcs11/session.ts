/** One session with a token, logged in; what is done in it happens one after the other, as the standard demands. */
import { createHash } from 'node:crypto'
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { readPrivateFile } from '../../keys/key-file.ts'
import { CKR, type Cryptoki } from './cryptoki.ts'
import { type Module, moduleAt } from './module.ts'
import { requireOk } from './return-values.ts'

export interface SessionOptions {
  /** Path of the vendor's library. */
  readonly module: string
  /** Label of the token. */
  readonly token: string
  /** A file that only this account can read. */
  readonly pinFile: string
}

export interface TokenKey {
  readonly handle: number
  /** CKA_ID, hexadecimal. */
  readonly id: string
}

const CKF_SERIAL_SESSION = 4
const CKU_USER = 1
const CKA_CLASS = 0x00
const CKA_LABEL = 0x03
const CKA_ID = 0x102
const CKO_SECRET_KEY = 4
const MAX_SLOTS = 256
const MAX_KEYS = 256
const MAX_ID = 64
const MAX_PIN = 256
/** CK_TOKEN_INFO begins with the label, 32 bytes filled up with blanks; the rest is shorter than this. */
const TOKEN_INFO = 512
const LABEL = 32

const findSlot = async (cryptoki: Cryptoki, token: string): Promise<number> => {
  const slots = Array.from({ length: MAX_SLOTS }, () => 0)
  const count = [MAX_SLOTS]
  requireOk(await cryptoki.getSlotList(1, slots, count), 'C_GetSlotList')
  for (const slot of slots.slice(0, count[0])) {
    const info = Buffer.alloc(TOKEN_INFO)
    requireOk(await cryptoki.getTokenInfo(slot, info), 'C_GetTokenInfo')
    if (info.subarray(0, LABEL).toString('utf8').trimEnd() === token) return slot
  }
  throw new SallyportError('kms_unreachable', { cause: new Error(`no token is labelled "${token}"`) })
}

const readPin = async (file: string): Promise<Buffer> => {
  try {
    return await readPrivateFile(file, MAX_PIN)
  } catch (cause) {
    throw new SallyportError('kms_denied', { cause })
  }
}

/**
 * Tokens lock themselves after a few wrong PINs: one that was refused is not shown again until the file holds another, however often
 * the vault is asked meanwhile.
 */
const createLogin = (pinFile: string) => {
  let refused: string | null = null
  return async (cryptoki: Cryptoki, session: number): Promise<void> => {
    const content = await readPin(pinFile)
    try {
      const end = content.findIndex((byte) => byte === 0x0a || byte === 0x0d)
      const pin = end === -1 ? content : content.subarray(0, end)
      const digest = createHash('sha256').update(pin).digest('hex')
      if (digest === refused) throw new SallyportError('kms_denied', { cause: new Error('the token refused this PIN before') })
      const result = await cryptoki.login(session, CKU_USER, pin, pin.length)
      refused = result === CKR.PIN_INCORRECT ? digest : null
      requireOk(result, 'C_Login', [CKR.USER_ALREADY_LOGGED_IN])
    } finally {
      content.fill(0)
    }
  }
}

export interface OpenSession {
  readonly cryptoki: Cryptoki
  readonly handle: number
}

/** Every secret key of this label. */
export const findKeys = async ({ cryptoki, handle }: OpenSession, label: string): Promise<TokenKey[]> => {
  const kind = Buffer.from(new BigUint64Array([BigInt(CKO_SECRET_KEY)]).buffer)
  const ulong = process.platform === 'win32' ? kind.subarray(0, 4) : kind
  const name = Buffer.from(label)
  const template = [
    { type: CKA_CLASS, value: ulong, length: ulong.length },
    { type: CKA_LABEL, value: name, length: name.length },
  ]
  requireOk(await cryptoki.findObjectsInit(handle, template, template.length), 'C_FindObjectsInit')
  const found = Array.from({ length: MAX_KEYS }, () => 0)
  const count = [0]
  try {
    requireOk(await cryptoki.findObjects(handle, found, MAX_KEYS, count), 'C_FindObjects')
  } finally {
    await cryptoki.findObjectsFinal(handle)
  }
  const keys: TokenKey[] = []
  for (const key of found.slice(0, count[0])) {
    const value = Buffer.alloc(MAX_ID)
    const answer = [{ type: CKA_ID, value, length: MAX_ID }]
    requireOk(await cryptoki.getAttributeValue(handle, key, answer, 1), 'C_GetAttributeValue')
    keys.push({ handle: key, id: value.subarray(0, Number(answer[0]!.length)).toString('hex') })
  }
  return keys
}

export interface TokenSession {
  /** Throws `kms_slow` for whose turn comes when nobody waits for it any more. */
  run<Result>(signal: AbortSignal, work: (session: OpenSession) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

/** What a device that was taken away looks like, from a session of before. */
const lost: ReadonlySet<ErrorCode> = new Set(['kms_unreachable', 'kms_key_missing'])

const asKnown = (error: unknown): SallyportError =>
  error instanceof SallyportError ? error : new SallyportError('kms_unreachable', { cause: error })

/** After a failure of the device the library is begun anew by whoever comes next, and the session opened again. */
export const tokenSession = ({ module: path, token, pinFile }: SessionOptions): TokenSession => {
  const login = createLogin(pinFile)
  let session: (OpenSession & { readonly era: number }) | null = null
  let mustBegin = false

  const opened = async (module: Module): Promise<OpenSession> => {
    if (session !== null && session.era === module.era()) return session
    session = null
    if (mustBegin || module.era() === 0) await module.begin()
    const { cryptoki } = module
    const handle = [0]
    const slot = await findSlot(cryptoki, token)
    requireOk(await cryptoki.openSession(slot, CKF_SERIAL_SESSION, null, null, handle), 'C_OpenSession')
    try {
      await login(cryptoki, handle[0]!)
    } catch (error) {
      await cryptoki.closeSession(handle[0]!)
      throw error
    }
    mustBegin = false
    session = { cryptoki, handle: handle[0]!, era: module.era() }
    return session
  }
  const attempt = async <Result>(module: Module, work: (session: OpenSession) => Promise<Result>): Promise<Result> => {
    try {
      return await work(await opened(module))
    } catch (error) {
      const known = asKnown(error)
      if (lost.has(known.code)) {
        session = null
        mustBegin = true
      }
      throw known
    }
  }
  const moduleNow = (): Module => {
    try {
      return moduleAt(path)
    } catch (error) {
      throw asKnown(error)
    }
  }
  return {
    run: async (signal, work) => {
      const module = moduleNow()
      return module.inTurn(async () => {
        if (signal.aborted) throw new SallyportError('kms_slow')
        const before = session
        try {
          return await attempt(module, work)
        } catch (error) {
          // A session of before knows nothing of what happened to the device: a new one says what is the matter.
          if (before === null || session !== null || signal.aborted) throw error
          return attempt(module, work)
        }
      })
    },
    close: async () => {
      const module = moduleNow()
      await module.inTurn(async () => {
        const ended = session
        session = null
        if (ended?.era === module.era()) await ended.cryptoki.closeSession(ended.handle)
      })
    },
  }
}
