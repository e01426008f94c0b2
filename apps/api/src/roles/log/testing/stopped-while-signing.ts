/** A log role that the system stops in the middle of a signature: what it signs is committed, and its own transaction is open. */
import type { DatabaseLogin } from '../../../db/login.ts'
import { openPool } from '../../../db/pool.ts'
import { loadRootKey } from '../../../keys/root-key.ts'
import { publishHead } from '../checkpoint.ts'
import { openingSigners, type OpenSigner } from '../checkpoint-keys.ts'

export interface StoppedLogOptions {
  readonly login: DatabaseLogin
  /** Of the root key's file. */
  readonly key: string
  readonly organization: string
}

const { login, key, organization } = JSON.parse(process.env['STOPPED_LOG'] ?? '') as StoppedLogOptions
const pool = openPool({ role: 'log', login, onConnectionLost: () => undefined })
const opening = openingSigners(await loadRootKey({ kind: 'file', path: key }))
const stopping: OpenSigner = async (transaction, of) => {
  const signer = await opening(transaction, of)
  return {
    ...signer,
    sign: async (message) => {
      const signature = await signer.sign(message)
      process.kill(process.pid, 'SIGSTOP')
      return signature
    },
  }
}
// Woken up, it says what became of the head that it has signed.
const outcome = await publishHead({ pool, clock: Date.now, open: stopping }, { organization, remembered: null }).then(
  () => 'published',
  () => 'refused',
)
process.send?.(outcome)
process.exit(0)
