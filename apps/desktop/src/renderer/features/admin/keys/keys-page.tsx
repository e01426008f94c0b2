/** Keys of the vault, the authorities and of tokens: how old they are, when new ones come by themselves, and making them now. */
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { ChangeDialog } from '../change/change-dialog.tsx'
import type { Plan } from '../change/plan.ts'
import { useRefreshed } from '../data/use-refreshed.ts'
import { AuthoritiesSection } from './authorities-section.tsx'
import { TokenKeysSection } from './token-keys-section.tsx'
import { VaultKeySections } from './vault-key-sections.tsx'

export const KeysPage = () => {
  const mayChange = usePermissions().has('settings.write')
  const [pending, setPending] = useState<Plan | null>(null)
  const propose = mayChange ? setPending : null
  useRefreshed('getKeys', 'getAuthorities')
  return (
    <>
      <VaultKeySections propose={propose} />
      <AuthoritiesSection propose={propose} />
      <TokenKeysSection propose={propose} />
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </>
  )
}
