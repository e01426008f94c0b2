/** Seals rows in clear as the API does when it starts, until the system kills it. */
import { openPool } from '../db/pool.ts'
import { personalKeysOf, usePersonalKeys } from '../domains/personal-data/index.ts'
import { sealClearRows } from '../program/seal-clear-rows.ts'
import { killedAtStep } from './killed-at-step.ts'
import { quietLogger } from './quiet-logger.ts'

export interface KilledSealing {
  readonly connectionString: string
  /** The key of personal data of every organization, base64url. */
  readonly key: string
  /** The number of a step, from 0. */
  readonly killedAt: number
}

const asked = JSON.parse(process.argv[2]!) as KilledSealing
const pass = killedAtStep(asked.killedAt)
const pool = openPool({ role: 'api', login: asked, onConnectionLost: () => undefined })
usePersonalKeys(
  pool,
  personalKeysOf(() => Promise.resolve({ key: new Uint8Array(Buffer.from(asked.key, 'base64url')) })),
)
await sealClearRows({ pool, logger: quietLogger() })
await pass('all is done')
await pool.destroy()
