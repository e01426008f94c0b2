/** One session with a token, logged in; what is done in it happens one after the other, as the standard demands. */
import { readPrivateFile } from '../../keys/key-file.ts'
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { CKR, type Cryptoki, loadCryptoki } from './cryptoki.ts'

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

const codes = new Map<number, ErrorCode>([
  [CKR.PIN_INCORRECT, 'kms_denied'],
  [CKR.PIN_EXPIRED, 'kms_denied'],
  [CKR.PIN_LOCKED, 'kms_denied'],
  [CKR.KEY_FUNCTION_NOT_PERMITTED, 'kms_denied'],
])

/** Throws unless it is OK or one of `also`. */
export const requireOk = (result: number, what: string, also: readonly number[] = []): void => {
  if (result === CKR.OK || also.includes(result)) return
  const cause = new Error(`${what}: CKR 0x${result.toString(16)}`)
  throw new SallyportError(codes.get(result) ?? 'kms_unreachable', { cause })
}

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

const login = async (cryptoki: Cryptoki, session: number, pinFile: string): Promise<void> => {
  const content = await readPin(pinFile)
  try {
    const end = content.findIndex((byte) => byte === 0x0a || byte === 0x0d)
    const pin = end === -1 ? content : content.subarray(0, end)
    requireOk(await cryptoki.login(session, CKU_USER, pin, pin.length), 'C_Login', [CKR.USER_ALREADY_LOGGED_IN])
  } finally {
    content.fill(0)
  }
}

const open = async ({ module, token, pinFile }: SessionOptions) => {
  const cryptoki = loadCryptoki(module)
  requireOk(await cryptoki.initializeForThreads(), 'C_Initialize', [CKR.CRYPTOKI_ALREADY_INITIALIZED])
  const session = [0]
  const slot = await findSlot(cryptoki, token)
  requireOk(await cryptoki.openSession(slot, CKF_SERIAL_SESSION, null, null, session), 'C_OpenSession')
  await login(cryptoki, session[0]!, pinFile)
  return { cryptoki, handle: session[0]! }
}

export type OpenSession = Awaited<ReturnType<typeof open>>

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
  run<Result>(work: (session: OpenSession) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

/** After a failure of the device the session is opened again by whoever comes next. */
export const tokenSession = (options: SessionOptions): TokenSession => {
  let session: OpenSession | null = null
  let last: Promise<unknown> = Promise.resolve()

  const end = async (): Promise<void> => {
    const ended = session
    session = null
    if (ended) await ended.cryptoki.closeSession(ended.handle)
  }
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
  return {
    run: (work) =>
      inTurn(async () => {
        try {
          session ??= await open(options)
          return await work(session)
        } catch (error) {
          const known = error instanceof SallyportError ? error : new SallyportError('kms_unreachable', { cause: error })
          if (known.code === 'kms_unreachable') await end()
          throw known
        }
      }),
    close: () => inTurn(end),
  }
}
