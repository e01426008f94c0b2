import { assertNever } from '@sallyport/protocol'
import type { SinkDestination } from '@sallyport/protocol/api'
import type { Delivery, DeliveryParts } from './delivery.ts'
import { deliverToFile } from './file.ts'
import { deliverToOtlp } from './otlp.ts'
import { deliverToSyslog } from './syslog.ts'
import { deliverToWebhook } from './webhook.ts'

type AnyDelivery = Delivery<SinkDestination['kind']>

/** See `Deliver`. The client of object stores is loaded only if it is used. */
export const deliver = async ({ destination, ...rest }: AnyDelivery, parts: DeliveryParts): Promise<void> => {
  switch (destination.kind) {
    case 'file':
      return deliverToFile({ ...rest, destination }, parts)
    case 'syslog':
      return deliverToSyslog({ ...rest, destination }, parts)
    case 'webhook':
      return deliverToWebhook({ ...rest, destination }, parts)
    case 'object-store': {
      const { deliverToObjectStore } = await import('./object-store.ts')
      return deliverToObjectStore({ ...rest, destination }, parts)
    }
    case 'otlp':
      return deliverToOtlp({ ...rest, destination }, parts)
    default:
      return assertNever(destination)
  }
}
