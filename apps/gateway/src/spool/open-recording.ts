/** The spool of a state folder with what ships it. */
import type { Logger } from 'pino'
import type { GatewayApi } from '../control/api.ts'
import type { GatewayKey } from '../control/gateway-key.ts'
import type { StateFolder } from '../control/state-folder.ts'
import { openSpool } from './open-spool.ts'
import { Recordings } from './recordings.ts'
import { Shipper } from './shipper.ts'
import { type Spool, spoolLimits } from './spool.ts'

export interface RecordingOptions {
  readonly state: StateFolder
  /** Bytes on disk. */
  readonly limitBytes: number
  /** Bytes of recordings that are kept here. */
  readonly keepBytes: number
  readonly organization: string
  readonly gateway: string
  readonly key: GatewayKey
  readonly api: Pick<GatewayApi, 'fetchRetention' | 'uploadActivity'>
  readonly now: () => number
  readonly logger: Logger
}

export interface OpenedRecording {
  readonly spool: Spool
  readonly shipper: Shipper
  readonly recordings: Recordings
}

/** Rejects when the spool is damaged or cannot be used. */
export const openRecording = async (options: RecordingOptions): Promise<OpenedRecording> => {
  const { state, limitBytes, keepBytes, organization, gateway, key, api, now, logger } = options
  const opened = await openSpool({
    folder: state.spoolFolder,
    keyFile: state.spoolKeyFile,
    limits: spoolLimits(limitBytes),
    onHealth: (error) => {
      if (error === null) logger.info({ event: 'spool.recovered' })
      else logger.error({ event: 'spool.failed', error }, 'activity cannot be recorded: connections end')
    },
  })
  if (opened.cut > 0) logger.warn({ event: 'spool.torn', bytes: opened.cut }, 'a torn write was cut off')
  const recordings = new Recordings({
    folder: state.recordingsFolder,
    stream: opened.spool.stream,
    isPending: opened.cursor.pending !== null,
    limitBytes: keepBytes,
    askRetention: () =>
      api.fetchRetention().catch((error: unknown) => {
        logger.warn({ event: 'recordings.retention-unknown', error }, 'recordings stay until it can be asked for how long')
        return null
      }),
    now,
    onCrowded: (removed) => logger.warn({ event: 'recordings.crowded', removed }, 'recordings went before their time: no room'),
    onFailure: (error) =>
      logger.error({ event: 'recordings.not-removed', error }, 'recordings past their time could not be removed'),
  })
  const shipper = new Shipper({
    ...opened,
    recordings,
    signer: key.signer,
    organization,
    gateway,
    upload: (body) => api.uploadActivity(body),
    now,
    onFailure: (error, attempt) => logger.warn({ event: 'activity.not-shipped', attempt, error }),
  })
  return { spool: opened.spool, shipper, recordings }
}
