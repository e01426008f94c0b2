/** What an adapter records, on its way to the spool: wrapped with where it belongs. */
import { type Activity, type BindTreatment, MAX_ACTIVITY_BYTES, treatBinds } from '@sallyport/recording'
import { fromBase64url, type RecordingOrder, SallyportError } from '@sallyport/protocol'
import type { ActivitySink } from '../adapters/adapter.ts'
import { sealMember } from '../spool/seal-marker.ts'
import type { Lease } from './lease.ts'

/** Where records go; see the spool. */
export interface Recorder {
  record(members: string, strict: boolean): Promise<void>
}

export interface ConnectionActivity extends ActivitySink {
  /** Whether the adapter said that it opened, and has not said that it closed. */
  readonly isOpen: boolean
}

const treatmentOf = (order: RecordingOrder | undefined): BindTreatment => {
  const binds = order?.binds ?? { kind: 'keep' }
  return binds.kind === 'hash' ? { kind: 'hash', key: fromBase64url(binds.key) } : binds
}

export const activityOf = (recorder: Recorder, lease: Lease, connection: string): ConnectionActivity => {
  const { session, credential, user } = lease.binding
  const place = { lease: lease.id, connection, session, credential }
  const prefix = `,${JSON.stringify(place).slice(1, -1)}${sealMember(lease.recording, user)},"activity":`
  const binds = treatmentOf(lease.recording)
  const strict = lease.options.strictRecording
  let isOpen = false
  return {
    get isOpen() {
      return isOpen
    },
    record: (activity: Activity) => {
      if (activity.kind === 'connection.opened') isOpen = true
      else if (activity.kind === 'connection.closed') isOpen = false
      const text = JSON.stringify(treatBinds(activity, binds))
      // A UTF-16 unit takes at most 3 bytes of UTF-8: only long texts need counting.
      if (text.length * 3 > MAX_ACTIVITY_BYTES && Buffer.byteLength(text) > MAX_ACTIVITY_BYTES)
        return Promise.reject(new SallyportError('recording_unavailable', { cause: new Error('a record is too long') }))
      return recorder.record(`${prefix}${text}}`, strict)
    },
  }
}
