/** Service accounts in words. Pure. */
import { assertNever, type ServicePurpose } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import type { StateWord } from '../../../ui/status.tsx'
import type { ServiceAccount } from '../data/names.ts'

export const accountState = ({ status }: ServiceAccount): StateWord => {
  switch (status) {
    case 'active':
      return { kind: 'ready', word: text('serviceAccounts.active') }
    case 'ended':
      return { kind: 'off', word: text('serviceAccounts.ended') }
    case 'revoked':
      return { kind: 'failed', word: text('serviceAccounts.revoked') }
    default:
      return assertNever(status)
  }
}

export const purposeText = (purpose: ServicePurpose): string =>
  text(purpose === 'api' ? 'serviceAccounts.purposeApi' : 'serviceAccounts.purposeAudit')
