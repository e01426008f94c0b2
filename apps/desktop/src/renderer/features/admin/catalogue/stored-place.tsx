/** Where a secret lies that is not in the vault, and whether its store has to believe the gateway. */
import { text } from '../../../texts/text.ts'
import { type Credential, useReadable } from '../data/names.ts'
import { GatewayTrusted } from '../stores/store-trust.tsx'

export const StoredPlace = ({ stored }: { readonly stored: NonNullable<Credential['stored']> }) => {
  const { items } = useReadable('listStores', 'resources.read')
  const found = items.find(({ id }) => id === stored.store)
  const place = { store: found?.name ?? '…', path: stored.path }
  return (
    <p className="muted selectable">
      {stored.field === null
        ? text('catalogue.storedIn', place)
        : text('catalogue.storedInField', { ...place, field: stored.field })}
      {found?.gatewayTrusted ? (
        <>
          {' '}
          <GatewayTrusted />
        </>
      ) : null}
    </p>
  )
}
