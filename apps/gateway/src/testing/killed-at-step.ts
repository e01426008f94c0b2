/** A gateway that the system kills when a rotation reaches the step that KILLED_AT names. Says first which steps there are. */
import { postgresqlAdapter } from '../adapters/postgresql/index.ts'
import { readConfig } from '../config.ts'
import { jobSteps } from '../jobs/steps.ts'
import { createLogger } from '../logger.ts'
import { serve } from '../serve.ts'

const killedAt = process.env['KILLED_AT']
const config = await readConfig(process.argv.slice(2), {})
if (config.command !== 'serve') throw new Error('it only serves')
const logger = createLogger('info')
logger.info({ event: 'steps', steps: jobSteps })
/** Settling what another one left behind unlocks without that step: it is let through. */
let rotating = killedAt === 'taken'
await serve({
  config,
  adapters: [postgresqlAdapter],
  logger,
  onJobStep: (step) => {
    rotating ||= step === 'unlocked'
    if (!rotating || step !== killedAt) return Promise.resolve()
    process.kill(process.pid, 'SIGKILL')
    return new Promise(() => undefined)
  },
})
