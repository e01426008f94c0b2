/**
 * A vault that rotates keys of an organization once, and that the system kills at the step whose number it is given. A step is a
 * call of the key management service or the end of a transaction: up to the next one nothing is changed that anybody sees.
 * Prints the steps it came past, a line each.
 */
import { openPool } from '../db/pool.ts'
import { openKms } from '../kms/open-kms.ts'
import type { Kms } from '../kms/kms.ts'
import { keyRotation } from '../roles/vault/key-rotation.ts'
import { killedAtStep } from './killed-at-step.ts'
import { quietLogger } from './quiet-logger.ts'

export interface KilledRotation {
  readonly connectionString: string
  readonly organization: string
  readonly what: 'rewrapKeys' | 'rotateDataKeys' | 'rotateVaultKey'
  /** Files of the root keys, the present one first. */
  readonly rootKeys: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
  /** The number of a step, from 0; null: none. */
  readonly killedAt: number | null
}

const asked = JSON.parse(process.argv[2]!) as KilledRotation
const pass = killedAtStep(asked.killedAt)

const watched = (kms: Kms): Kms => {
  const watch =
    <Parameters extends unknown[], Result>(name: string, call: (...parameters: Parameters) => Promise<Result>) =>
    async (...parameters: Parameters): Promise<Result> => {
      const result = await call(...parameters)
      await pass(`the service answered: ${name}`)
      return result
    }
  return {
    ...kms,
    wrap: watch('wrap', kms.wrap),
    unwrap: watch('unwrap', kms.unwrap),
    rotate: watch('rotate', kms.rotate),
    describe: watch('describe', kms.describe),
  }
}

const [present, ...previous] = asked.rootKeys.map((path) => ({ driver: 'local', rootKey: { kind: 'file', path } }) as const)
const { kms } = await openKms(present!, { previous })
const pool = openPool({ role: 'vault', login: asked, onConnectionLost: () => undefined })
const rotation = keyRotation({
  pool,
  kms: watched(kms),
  log: new Proxy({} as never, {
    get: () => {
      throw new Error('keys rotate without the log')
    },
  }),
  clock: () => asked.now,
  logger: quietLogger(),
})
const actor = { kind: 'job', id: null, device: null, session: null, address: null } as const
await rotation[asked.what]({ organization: asked.organization, actor })
await pass('all is done')
await pool.destroy()
