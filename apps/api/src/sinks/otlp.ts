/** OpenTelemetry logs: OTLP 1 over HTTP, as JSON (opentelemetry.io, "OTLP/HTTP"). */
import { z } from 'zod'
import type { Deliver } from './delivery.ts'
import { type ActivityEvent, lineOf, type LogEvent, type SinkEvent, timeOf, typeOf } from './event.ts'
import { post } from './post.ts'

/** INFO, of the data model's severity numbers. */
const SEVERITY = 9

const text = (key: string, value: string | null | undefined) =>
  value === null || value === undefined ? [] : [{ key, value: { stringValue: value } }]

const nanoseconds = (milliseconds: number): string => `${milliseconds}000000`

const ofEntry = ({ entry: { id, type, actor, subject } }: LogEvent) => [
  ...text('sallyport.entry.id', id),
  ...text('sallyport.entry.type', type),
  ...text('sallyport.actor.kind', actor.kind),
  ...text('sallyport.actor.id', actor.id),
  ...text('sallyport.subject.kind', subject?.kind),
  ...text('sallyport.subject.id', subject?.id),
]

const ofRecord = ({ record }: ActivityEvent) => [
  ...text('sallyport.record.id', record.id),
  ...text('sallyport.record.kind', record.kind),
  ...text('sallyport.user.id', record.user),
  ...text('sallyport.session.id', record.session),
  ...text('sallyport.connection.id', record.connection),
  ...text('sallyport.resource.id', record.resource),
  ...text('sallyport.credential.id', record.credential),
]

const recordOf = (event: SinkEvent, now: number) => ({
  timeUnixNano: nanoseconds(timeOf(event)),
  observedTimeUnixNano: nanoseconds(now),
  severityNumber: SEVERITY,
  severityText: 'INFO',
  eventName: 'entry' in event ? `sallyport.${typeOf(event)}` : `sallyport.activity.${typeOf(event)}`,
  body: { stringValue: lineOf(event) },
  attributes: [
    { key: 'sallyport.entry.index', value: { intValue: String(event.index) } },
    ...('entry' in event ? ofEntry(event) : ofRecord(event)),
  ],
})

const answer = z.object({
  partialSuccess: z.object({ rejectedLogRecords: z.coerce.number().optional(), errorMessage: z.string().optional() }).optional(),
})

/** What was refused is said; what is sent again has the same ids. */
const demandAll = (body: string): void => {
  const { partialSuccess } = answer.parse(body === '' ? {} : JSON.parse(body))
  const rejected = partialSuccess?.rejectedLogRecords ?? 0
  if (rejected > 0) throw new Error(`it refused ${rejected} records: ${partialSuccess?.errorMessage ?? 'no reason given'}`)
}

export const deliverToOtlp: Deliver<'otlp'> = async ({ destination, secret, batch, signal }, { outward, clock }) => {
  const now = clock()
  const resource = { attributes: [...text('service.name', 'sallyport'), ...text('sallyport.organization', batch.organization)] }
  const logRecords = batch.events.map((event) => recordOf(event, now))
  const body = JSON.stringify({
    resourceLogs: [
      {
        resource,
        scopeLogs: [{ scope: { name: batch.stream === 'log' ? 'sallyport.audit' : 'sallyport.activity' }, logRecords }],
      },
    ],
  })
  const headers = secret?.kind === 'header' ? { [secret.name.toLowerCase()]: secret.value } : {}
  const { url, certificates } = destination
  demandAll(await post({ url, body, headers, certificates, signal }, outward))
}
