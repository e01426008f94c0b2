/** What a store believes when a gateway asks it: marked where that is less than a token of one lease. */
import { text } from '../../../texts/text.ts'
import { Label } from '../../../ui/label.tsx'
import type { Store } from '../data/names.ts'

export const StoreTrust = ({ store }: { readonly store: Store }) =>
  store.gatewayTrusted ? (
    <span title={text('catalogue.gatewayTrustedHint')}>
      <Label tone="warn">{text('catalogue.gatewayTrusted')}</Label>
    </span>
  ) : (
    <span className="truncate muted">{text('stores.believesToken')}</span>
  )
