/** OpenTelemetry logs: OTLP 1 over HTTP, as JSON (opentelemetry.io, "OTLP/HTTP"). */
import { z } from 'zod'
import type { Deliver } from './delivery.ts'
import { lineOf, type SinkEvent } from './event.ts'
import { post } from './post.ts'

/** INFO, of the data model's severity numbers. */
const SEVERITY = 9

const text = (key: string, value: string | null | undefined) =>
  value === null || value === undefined ? [] : [{ key, value: { stringValue: value } }]

const nanoseconds = (milliseconds: number): string => `${milliseconds}000000`

const recordOf = (event: SinkEvent, now: number) => {
  const { id, at, type, actor, subject } = event.entry
  return {
    timeUnixNano: nanoseconds(at),
    observedTimeUnixNano: nanoseconds(now),
    severityNumber: SEVERITY,
    severityText: 'INFO',
    eventName: `sallyport.${type}`,
    body: { stringValue: lineOf(event) },
    attributes: [
      ...text('sallyport.entry.id', id),
      { key: 'sallyport.entry.index', value: { intValue: String(event.index) } },
      ...text('sallyport.entry.type', type),
      ...text('sallyport.actor.kind', actor.kind),
      ...text('sallyport.actor.id', actor.id),
      ...text('sallyport.subject.kind', subject?.kind),
      ...text('sallyport.subject.id', subject?.id),
    ],
  }
}

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
  const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'sallyport.audit' }, logRecords }] }] })
  const headers = secret?.kind === 'header' ? { [secret.name.toLowerCase()]: secret.value } : {}
  const { url, certificates } = destination
  demandAll(await post({ url, body, headers, certificates, signal }, outward))
}
