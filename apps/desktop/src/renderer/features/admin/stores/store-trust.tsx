/** What a store believes when a gateway asks it: marked where that is less than a token of one lease. */
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import { Label } from '../../../ui/label.tsx'
import type { Store } from '../data/names.ts'

export const GatewayTrusted = () => (
  <span title={text('catalogue.gatewayTrustedHint')}>
    <Label tone="warn">{text('catalogue.gatewayTrusted')}</Label>
  </span>
)

export const StoreTrust = ({ store }: { readonly store: Store }) =>
  store.gatewayTrusted ? <GatewayTrusted /> : cut(text('stores.believesToken'), 'muted')
