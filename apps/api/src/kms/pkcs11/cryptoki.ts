/**
 * The functions of PKCS #11 (Cryptoki 2.40) that the driver calls, in the library of a device's vendor. Names and numbers are
 * those of the standard.
 */
import koffi from 'koffi'

// The standard packs its structures on Windows, and only there.
const struct = process.platform === 'win32' ? koffi.pack : koffi.struct

const initializeArguments = struct('CK_C_INITIALIZE_ARGS', {
  createMutex: 'void *',
  destroyMutex: 'void *',
  lockMutex: 'void *',
  unlockMutex: 'void *',
  flags: 'unsigned long',
  reserved: 'void *',
})
const gcmParameters = struct('CK_GCM_PARAMS', {
  iv: 'uint8_t *',
  ivLength: 'unsigned long',
  ivBits: 'unsigned long',
  associated: 'uint8_t *',
  associatedLength: 'unsigned long',
  tagBits: 'unsigned long',
})
const mechanism = struct('CK_MECHANISM', {
  mechanism: 'unsigned long',
  parameter: koffi.pointer(gcmParameters),
  parameterLength: 'unsigned long',
})
const attribute = struct('CK_ATTRIBUTE', { type: 'unsigned long', value: 'uint8_t *', length: 'unsigned long' })

/** Return values that the driver tells apart. */
export const CKR = {
  OK: 0x00,
  DEVICE_ERROR: 0x30,
  DEVICE_REMOVED: 0x32,
  KEY_HANDLE_INVALID: 0x60,
  KEY_FUNCTION_NOT_PERMITTED: 0x68,
  PIN_INCORRECT: 0xa0,
  PIN_EXPIRED: 0xa3,
  PIN_LOCKED: 0xa4,
  SESSION_CLOSED: 0xb0,
  SESSION_COUNT: 0xb1,
  SESSION_HANDLE_INVALID: 0xb3,
  TOKEN_NOT_PRESENT: 0xe0,
  USER_ALREADY_LOGGED_IN: 0x100,
  USER_NOT_LOGGED_IN: 0x101,
  CRYPTOKI_NOT_INITIALIZED: 0x190,
  CRYPTOKI_ALREADY_INITIALIZED: 0x191,
} as const

const CKM_AES_GCM = 0x1087
const CKF_OS_LOCKING_OK = 2
const TAG_BITS = 128

const pointerTo = (type: ReturnType<typeof struct>) => koffi.pointer(type)

/** Each function returns a CKR value. Handles and lengths are returned through arrays of one number. */
export const loadCryptoki = (module: string) => {
  const library = koffi.load(module)
  const number = 'unsigned long'
  const outNumber = koffi.out(koffi.pointer(number))
  const declare = (name: string, parameters: Parameters<typeof koffi.out>[0][]) => {
    const call = library.func(name, number, parameters)
    return (...values: unknown[]): Promise<number> =>
      new Promise((resolve, reject) => {
        // Devices are slow: calls wait on another thread.
        call.async(...values, (error: Error | null, result: number | bigint) =>
          error === null ? resolve(Number(result)) : reject(error),
        )
      })
  }
  const functions = {
    initialize: declare('C_Initialize', [pointerTo(initializeArguments)]),
    finalize: declare('C_Finalize', ['void *']),
    getSlotList: declare('C_GetSlotList', ['uint8_t', koffi.out(koffi.pointer(number)), koffi.inout(koffi.pointer(number))]),
    getTokenInfo: declare('C_GetTokenInfo', [number, 'uint8_t *']),
    openSession: declare('C_OpenSession', [number, number, 'void *', 'void *', outNumber]),
    closeSession: declare('C_CloseSession', [number]),
    login: declare('C_Login', [number, number, 'uint8_t *', number]),
    findObjectsInit: declare('C_FindObjectsInit', [number, pointerTo(attribute), number]),
    findObjects: declare('C_FindObjects', [number, koffi.out(koffi.pointer(number)), number, outNumber]),
    findObjectsFinal: declare('C_FindObjectsFinal', [number]),
    getAttributeValue: declare('C_GetAttributeValue', [number, number, koffi.inout(pointerTo(attribute)), number]),
    encryptInit: declare('C_EncryptInit', [number, pointerTo(mechanism), number]),
    encrypt: declare('C_Encrypt', [number, 'uint8_t *', number, 'uint8_t *', koffi.inout(koffi.pointer(number))]),
    decryptInit: declare('C_DecryptInit', [number, pointerTo(mechanism), number]),
    decrypt: declare('C_Decrypt', [number, 'uint8_t *', number, 'uint8_t *', koffi.inout(koffi.pointer(number))]),
  }
  return {
    ...functions,
    /** For calls from several threads, one after the other. */
    initializeForThreads: () => functions.initialize({ flags: CKF_OS_LOCKING_OK }),
    /** AES-GCM with a tag of 16 bytes at the end. */
    gcm: (iv: Uint8Array, associated: Uint8Array) => ({
      mechanism: CKM_AES_GCM,
      parameter: {
        iv,
        ivLength: iv.length,
        ivBits: iv.length * 8,
        associated,
        associatedLength: associated.length,
        tagBits: TAG_BITS,
      },
      parameterLength: koffi.sizeof(gcmParameters),
    }),
  }
}

export type Cryptoki = ReturnType<typeof loadCryptoki>
