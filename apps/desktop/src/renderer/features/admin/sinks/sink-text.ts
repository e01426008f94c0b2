/** A sink in words. Pure. */
import { assertNever } from '@sallyport/protocol'
import type { Sink, SinkStream } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'
import type { SinkKind } from './sink-values.ts'

export const kindText = (kind: SinkKind): string => {
  switch (kind) {
    case 'file':
      return text('sinks.file')
    case 'syslog':
      return text('sinks.kindSyslog')
    case 'webhook':
      return text('sinks.kindWebhook')
    case 'object-store':
      return text('sinks.kindObjectStore')
    case 'otlp':
      return text('sinks.kindOtlp')
    default:
      return assertNever(kind)
  }
}

export const placeText = ({ destination }: Sink): string => {
  switch (destination.kind) {
    case 'file':
      return text('sinks.file')
    case 'syslog':
      return text('sinks.syslog', { place: `${destination.host}:${destination.port}` })
    case 'webhook':
      return text('sinks.webhook', { place: destination.url })
    case 'object-store':
      return text('sinks.objectStore', { place: `${destination.bucket}/${destination.prefix}` })
    case 'otlp':
      return text('sinks.otlp', { place: destination.url })
    default:
      return assertNever(destination)
  }
}

export const streamText = (stream: SinkStream): string => text(stream === 'log' ? 'sinks.streamLog' : 'sinks.streamActivity')
