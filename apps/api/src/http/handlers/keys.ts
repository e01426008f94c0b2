/** Keys are the vault's: it says what they rest under, and rotates them. */
import type { HandlersOf } from '../handler.ts'

export const keyHandlers = {
  getKeys: ({ dependencies: { vault }, organization }) => vault.keyState({ organization: organization.id }),
  rewrapKeys: ({ dependencies: { vault }, organization, actor }) => vault.rewrapKeys({ organization: organization.id, actor }),
  rotateDataKeys: ({ dependencies: { vault }, organization, actor }) =>
    vault.rotateDataKeys({ organization: organization.id, actor }),
  rotateVaultKey: ({ dependencies: { vault }, organization, actor }) =>
    vault.rotateVaultKey({ organization: organization.id, actor }),
} satisfies HandlersOf<'getKeys' | 'rewrapKeys' | 'rotateDataKeys' | 'rotateVaultKey'>
