/** A log role that is killed by the system when it is about to sign a receipt: its entry is committed by then. */
import type { UnlockRecord } from '../../../links/index.ts'
import type { DatabaseLogin } from '../../../db/login.ts'
import { openPool } from '../../../db/pool.ts'
import { loadRootKey } from '../../../keys/root-key.ts'
import { quietLogger } from '../../../testing/quiet-logger.ts'
import { appendingUnlocks } from '../append-unlock.ts'
import { personalDataUnder } from '../personal-data.ts'
import { receiptSigners } from '../receipt-signer.ts'

export interface KilledLogOptions {
  readonly login: DatabaseLogin
  /** Of the root key's file. */
  readonly key: string
}

const { login, key } = JSON.parse(process.env['KILLED_LOG'] ?? '') as KilledLogOptions
const pool = openPool({ role: 'log', login, onConnectionLost: () => undefined })
const root = await loadRootKey({ kind: 'file', path: key })
const signers = receiptSigners({ pool, clock: Date.now }, root)
const killing: typeof signers = {
  ...signers,
  signerFor: async (organization) => ({
    ...(await signers.signerFor(organization)),
    sign: () => {
      process.kill(process.pid, 'SIGKILL')
      return new Promise(() => undefined)
    },
  }),
}
const personal = personalDataUnder(root)
const append = appendingUnlocks({ pool, clock: Date.now, logger: quietLogger(), personal, appended: () => undefined }, killing)
process.on('message', (unlock) => {
  append(unlock as UnlockRecord).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
})
