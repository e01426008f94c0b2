/** A third-party store in words. Pure. */
import { assertNever, type StoreKind, type StoreLocation } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import type { Store } from '../data/names.ts'

export const kindText = (kind: StoreKind): string => {
  switch (kind) {
    case 'vault':
      return text('stores.kindVault')
    case 'aws':
      return text('stores.kindAws')
    case 'google':
      return text('stores.kindGoogle')
    case 'azure':
      return text('stores.kindAzure')
    default:
      return assertNever(kind)
  }
}

/** Where it is: an address, a region, a provider. */
export const placeText = (location: StoreLocation): string => {
  switch (location.kind) {
    case 'vault':
    case 'azure':
      return location.address
    case 'aws':
      return location.region
    case 'google':
      return location.provider
    default:
      return assertNever(location)
  }
}

/** Where it is to be chosen: whoever chooses it sees whom it believes. */
export const storeLabel = ({ name, gatewayTrusted }: Store): string =>
  gatewayTrusted ? text('stores.choiceTrusted', { name }) : name
